'use strict';

// An editor and a strict compiler for TypeScript programs that use the package. All programs of a process have one language
// service, which reads and checks shared files once.

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

/** @param {string} text The new content of the program. */
function write(text) {
  content = text;
  version += 1;
}

/**
 * Returns the messages of a strict compiler about a program.
 *
 * @param {string} text
 */
function complaintsAbout(text) {
  write(text);
  const diagnostics = [...service.getSyntacticDiagnostics(file), ...service.getSemanticDiagnostics(file)];
  return diagnostics.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}

/**
 * Returns an editor for a program, in which `|` is the cursor.
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
