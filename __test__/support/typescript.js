'use strict';

// A program in TypeScript that uses the package, as an editor and a strict compiler see it. One language service for all
// programs of a process: what they share is read and checked once.

const path = require('node:path');
const ts = require('typescript');

const folder = path.resolve(__dirname, '../types');
const file = path.join(folder, 'a-program.mts');

let content = '';
let version = 0;

const service = ts.createLanguageService({
  ...ts.sys,
  useCaseSensitiveFileNames: () => ts.sys.useCaseSensitiveFileNames,
  getCompilationSettings: () => ({
    module: ts.ModuleKind.Node16,
    moduleResolution: ts.ModuleResolutionKind.Node16,
    target: ts.ScriptTarget.ES2022,
    noEmit: true,
    strict: true,
    types: ['node'],
  }),
  getScriptFileNames: () => [file],
  getScriptVersion: (name) => (path.resolve(name) === file ? String(version) : '1'),
  getScriptSnapshot: (name) => {
    const found = path.resolve(name) === file ? content : ts.sys.readFile(name);
    return found === undefined ? undefined : ts.ScriptSnapshot.fromString(found);
  },
  getDefaultLibFileName: ts.getDefaultLibFilePath,
  getCurrentDirectory: () => folder,
  fileExists: (name) => path.resolve(name) === file || ts.sys.fileExists(name),
  readFile: (name) => (path.resolve(name) === file ? content : ts.sys.readFile(name)),
});

/** @param {string} text The program from here on. */
function write(text) {
  content = text;
  version += 1;
}

/**
 * What a strict compiler says about a program.
 *
 * @param {string} text
 */
function complaintsAbout(text) {
  write(text);
  const diagnostics = [...service.getSyntacticDiagnostics(file), ...service.getSemanticDiagnostics(file)];
  return diagnostics.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}

/**
 * An editor with a program, in which `|` is the cursor.
 *
 * @param {string} text
 */
function openEditor(text) {
  const position = text.indexOf('|');
  write(text.replace('|', ''));
  return {
    signatures() {
      const help = service.getSignatureHelpItems(file, position, undefined);
      const names = help.items.map(({ parameters }) => parameters.map(({ name }) => name));
      return { names, shown: names[help.selectedItemIndex] };
    },
    completions: () => service.getCompletionsAtPosition(file, position, undefined).entries.map(({ name }) => name),
  };
}

module.exports = { complaintsAbout, openEditor };
