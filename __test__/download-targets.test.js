'use strict';

// Downloads to files and folders of another user, by a user who is not root.

const assert = require('node:assert/strict');
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { after, afterEach, before, beforeEach, describe, it } = require('node:test');
const { ModzyClient } = require('modzy-client');
const { useEmulator } = require('./support/emulator.js');

const [ROOT, USER, OTHER] = [0, 65534, 4321];
const OLD = 'the old content, which is longer than the output of the job';

const skip = process.getuid?.() === ROOT ? false : 'only root can become another user';

describe('a download by a user who is not root', { skip }, () => {
  const emulator = useEmulator();
  let output;
  let expected;
  let folder;
  let temporary;
  before(async () => {
    const modzy = new ModzyClient(emulator.baseURL, emulator.apiKey);
    const receipt = await modzy.submitJobText('ed542963de', '1.0.1', { only: { 'input.txt': 'What a lovely day!' } });
    await modzy.blockUntilComplete(receipt);
    output = { jobId: receipt.jobIdentifier, inputKey: 'only', outputName: 'results.json' };
    expected = await modzy.getOutputContents({ ...output, responseType: 'arraybuffer' });
  });
  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'modzy-client-'));
    temporary = path.join(folder, 'temporary');
    fs.mkdirSync(temporary);
    fs.chownSync(temporary, USER, USER);
  });
  afterEach(() => fs.rmSync(folder, { recursive: true }));

  /** A process of the user, which makes all downloads that it does not have to be killed for. */
  let user;
  before(() => {
    const program = `
      const { ModzyClient } = require('modzy-client');
      const [baseURL, apiKey, output] = process.argv.slice(1);
      const modzy = new ModzyClient(baseURL, apiKey);
      process.on('message', async ({ file, temporary }) => {
        process.env.TMPDIR = temporary;
        process.send(await modzy.downloadOutput(JSON.parse(output), file).then(() => '', ({ message }) => message));
      });
    `;
    const args = ['--eval', program, emulator.baseURL, emulator.apiKey, JSON.stringify(output)];
    const stdio = ['ignore', 'inherit', 'inherit', 'ipc'];
    user = spawn(process.execPath, args, { cwd: __dirname, uid: USER, gid: USER, stdio });
  });
  after(() => user.kill());

  /** Downloads as the user. Returns the message of the error, if there is one. */
  async function download(file) {
    user.send({ file, temporary });
    const [message] = await once(user, 'message');
    return message;
  }

  /** Makes a folder and a file in it, with owners and modes. */
  function place(ofFolder, ofFile) {
    const within = path.join(folder, 'within');
    const file = path.join(within, 'output.json');
    fs.mkdirSync(within);
    fs.writeFileSync(file, OLD);
    for (const [name, [uid, gid, mode]] of [
      [file, ofFile],
      [within, ofFolder],
      [folder, [ROOT, ROOT, 0o755]],
    ]) {
      fs.chownSync(name, uid, gid);
      fs.chmodSync(name, mode);
    }
    return file;
  }

  const seen = (file) => {
    const { uid, gid, mode, ino } = fs.statSync(file);
    return { owner: [uid, gid, mode & 0o7777], ino };
  };

  for (const [what, ofFolder, ofFile, isReplaced] of [
    ['its own, in its own folder', [USER, USER, 0o755], [USER, USER, 0o640], true],
    ['its own, in a folder that takes no new file', [ROOT, ROOT, 0o755], [USER, USER, 0o600], false],
    ['another’s that all may write, in a folder of all', [ROOT, ROOT, 0o1777], [OTHER, OTHER, 0o666], false],
    ['another’s that its group may write', [USER, USER, 0o755], [OTHER, USER, 0o660], false],
    ['its own, of a group that it is not in', [USER, USER, 0o755], [USER, OTHER, 0o640], false],
  ]) {
    it(`onto ${what} changes nothing but the content`, async () => {
      const file = place(ofFolder, ofFile);
      const before_ = seen(file);
      assert.equal(await download(file), '');
      assert.deepEqual(fs.readFileSync(file), expected);
      assert.deepEqual(seen(file).owner, ofFile);
      assert.equal(seen(file).ino !== before_.ino, isReplaced);
      assert.deepEqual(fs.readdirSync(path.dirname(file)), ['output.json']);
      assert.deepEqual(fs.readdirSync(temporary), []);
    });
  }

  it('to a place that the user must not write is refused before anything is sent, and changes nothing', async () => {
    for (const [ofFolder, ofFile] of [
      [
        [USER, USER, 0o755],
        [USER, USER, 0o444],
      ],
      [
        [USER, USER, 0o755],
        [ROOT, ROOT, 0o644],
      ],
      [
        [ROOT, ROOT, 0o700],
        [USER, USER, 0o644],
      ],
    ]) {
      const file = place(ofFolder, ofFile);
      await emulator.clearRequests();
      assert.match(await download(file), /^the file .*output\.json cannot be written: Permission denied/);
      assert.equal(fs.readFileSync(file, 'utf8'), OLD);
      assert.deepEqual(seen(file).owner, ofFile);
      assert.deepEqual(await emulator.requests(), []);
      fs.rmSync(path.dirname(file), { recursive: true });
    }
  });

  for (const [what, change, isRefused] of [
    ['is given to another who lets nobody write', (file) => fs.chownSync(file, OTHER, OTHER), true],
    [
      'is given to another who lets all write',
      (file) => {
        fs.chownSync(file, OTHER, OTHER);
        fs.chmodSync(file, 0o666);
      },
      false,
    ],
    ['may not be written any more', (file) => fs.chmodSync(file, 0o444), true],
    ['may only be written any more', (file) => fs.chmodSync(file, 0o200), false],
  ]) {
    it(`to a file that ${what} meanwhile ${isRefused ? 'is refused' : 'changes nothing but the content'}`, async () => {
      const file = place([USER, USER, 0o755], [USER, USER, 0o644]);
      const path_ = `/api/results/${output.jobId}/datasource/only/output/results.json`;
      await emulator.fault({ method: 'GET', path: path_, delayMs: 300, times: 1 });
      const downloading = download(file);
      await emulator.arrival();
      change(file);
      const { owner } = seen(file);
      assert.match(await downloading, isRefused ? /cannot be written: Permission denied/ : /^$/);
      assert.deepEqual(fs.readFileSync(file), isRefused ? Buffer.from(OLD) : expected);
      assert.deepEqual(seen(file).owner, owner);
      assert.deepEqual(fs.readdirSync(path.dirname(file)), ['output.json']);
    });
  }

  for (const mode of [0o644, 0o200]) {
    it(`that is killed leaves a partial file, which the next one removes, for a file with the mode ${mode.toString(8)}, too`, async () => {
      const file = place([USER, USER, 0o755], [USER, USER, mode]);
      const within = path.dirname(file);
      const path_ = `/api/results/${output.jobId}/datasource/only/output/results.json`;
      await emulator.fault({ method: 'GET', path: path_, connection: 'stall', times: 1 });
      const program = `
      const { ModzyClient } = require('modzy-client');
      const [baseURL, apiKey, output, file] = process.argv.slice(1);
      new ModzyClient(baseURL, apiKey).downloadOutput(JSON.parse(output), file);
    `;
      const args = ['--eval', program, emulator.baseURL, emulator.apiKey, JSON.stringify(output), file];
      const child = spawn(process.execPath, args, { cwd: __dirname, uid: USER, gid: USER, stdio: 'inherit' });
      await emulator.arrival();
      child.kill('SIGKILL');
      await once(child, 'close');
      assert.deepEqual(fs.readdirSync(within).sort(), ['.output.json.modzy-0.part', 'output.json']);
      assert.equal(fs.readFileSync(file, 'utf8'), OLD);
      assert.equal(await download(file), '');
      assert.deepEqual(fs.readdirSync(within), ['output.json']);
      assert.deepEqual(fs.readFileSync(file), expected);
    });
  }
});
