'use strict';

// What an editor shows while a call is typed: the signatures of both generations, the right one of them, and its members.

const assert = require('node:assert/strict');
const path = require('node:path');
const { describe, it } = require('node:test');
const ts = require('typescript');

const file = path.join(__dirname, 'types', 'typed.mts');

let content = '';
let version = 0;

const service = ts.createLanguageService({
  ...ts.sys,
  useCaseSensitiveFileNames: () => ts.sys.useCaseSensitiveFileNames,
  getCompilationSettings: () => ({
    module: ts.ModuleKind.Node16,
    moduleResolution: ts.ModuleResolutionKind.Node16,
    target: ts.ScriptTarget.ES2022,
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
  getCurrentDirectory: () => __dirname,
  fileExists: (name) => path.resolve(name) === file || ts.sys.fileExists(name),
  readFile: (name) => (path.resolve(name) === file ? content : ts.sys.readFile(name)),
});

/** An editor with this program, in which `|` is the cursor. */
function editor(program) {
  const text = `import { ModzyClient } from 'modzy-client';\ndeclare const client: ModzyClient;\n${program}`;
  const position = text.indexOf('|');
  content = text.replace('|', '');
  version += 1;
  return {
    signatures() {
      const help = service.getSignatureHelpItems(file, position, undefined);
      const names = help.items.map(({ parameters }) => parameters.map(({ name }) => name));
      return { names, shown: names[help.selectedItemIndex] };
    },
    completions: () => service.getCompletionsAtPosition(file, position, undefined).entries.map(({ name }) => name),
  };
}

/** Methods that both generations have, with how each begins. */
const methods = {
  getModels: ['modelId', ['isFeatured', 'perPage', 'sortBy']],
  getJobHistory: ['user', ['startDate', 'perPage', 'direction']],
  submitJobText: ['modelId', ['modelId', 'version', 'sources', 'explain']],
  submitJobEmbedded: ['modelId', ['modelId', 'version', 'sources', 'explain']],
  submitJobFile: ['modelId', ['modelId', 'version', 'sources', 'explain', 'chunkSize']],
  submitJobAwsS3: ['modelId', ['modelId', 'version', 'accessKeyID', 'secretAccessKey', 'region', 'sources']],
  submitJobJDBC: ['modelId', ['modelId', 'version', 'url', 'username', 'password', 'driver', 'query']],
  getModelDetails: ['modelId', ['modelId', 'version']],
};

describe('an editor', () => {
  for (const [method, [first, members]] of Object.entries(methods)) {
    it(`shows both forms of ${method}, and the one that is being typed`, () => {
      const { names } = editor(`client.${method}(|`).signatures();
      assert.ok(names.length >= 2, names.join(' | '));
      assert.equal(names[0][0], first);
      // The last one is what wrappers and `Parameters<>` see.
      assert.ok(names.at(-1).length <= 2, names.at(-1));
      assert.equal(editor(`client.${method}('a', |`).signatures().shown[0], first);
      const whole = members.map((member) => `${member}: undefined!`).join(', ');
      assert.deepEqual(editor(`client.${method}({ ${whole} }, |`).signatures().shown, names.at(-1));
      const offered = editor(`client.${method}({ | });`).completions();
      assert.deepEqual(
        members.filter((member) => !offered.includes(member)),
        [],
      );
    });
  }
});
