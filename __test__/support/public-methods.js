'use strict';

// The public methods and the forms of their calls, as the types declare them.

const { readFileSync, readdirSync } = require('node:fs');
const path = require('node:path');
const ts = require('typescript');

const folder = path.resolve(__dirname, '../../types');

/** Whether a declaration in the types holds public methods: a class of a client, or an interface that one extends. */
const holdsMethods = (node) =>
  (ts.isInterfaceDeclaration(node) && node.name.text.endsWith('Methods')) ||
  (ts.isClassDeclaration(node) && node.name.text.endsWith('Client'));

const isStatic = (member) => member.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.StaticKeyword) ?? false;

/**
 * Reads the forms of each public method: `object` where an overload takes its parameters as one object, `positional` for any
 * other overload.
 *
 * @returns {Map<string, Set<'object' | 'positional'>>}
 */
function readPublicMethods() {
  const methods = new Map();
  for (const name of readdirSync(folder)) {
    const source = ts.createSourceFile(name, readFileSync(path.join(folder, name), 'utf8'), ts.ScriptTarget.Latest);
    for (const member of source.statements.filter(holdsMethods).flatMap(({ members }) => members)) {
      const isMethod = ts.isMethodSignature(member) || ts.isMethodDeclaration(member);
      if (isMethod && !isStatic(member) && ts.isIdentifier(member.name)) {
        const form = member.parameters[0]?.name.text === 'params' ? 'object' : 'positional';
        methods.set(member.name.text, (methods.get(member.name.text) ?? new Set()).add(form));
      }
    }
  }
  return methods;
}

module.exports = { readPublicMethods };
