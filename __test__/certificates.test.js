'use strict';

// The `tls` option: the certificates that a client trusts, and the one that it presents.

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const https = require('node:https');
const { mkdirSync, mkdtempSync, rmSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const path = require('node:path');
const { after, before, describe, it } = require('node:test');
const { promisify } = require('node:util');
const { ConnectionError, ModzyClient } = require('modzy-client');
const { certificates, selfSigned, serve, shows, stop, useOwnEnvironment } = require('./support/network.js');

const KEY = 'aPrefix.aSecretBody';

useOwnEnvironment();

describe('certificates', () => {
  let ours;
  let theirs;
  let server;
  let client;
  let api;
  let strict;
  const url = ({ port }) => `https://localhost:${port}`;
  const ask = (to, tls) => new ModzyClient({ apiKey: KEY, url: url(to), retries: 0, tls }).getJob('j');

  before(async () => {
    [ours, theirs] = await Promise.all([certificates('ours'), certificates('theirs')]);
    [server, client] = await Promise.all([ours.sign('localhost'), ours.sign('client.example')]);
    const identity = { cert: server.cert, key: server.private };
    api = await serve(https.createServer(identity));
    strict = await serve(https.createServer({ ...identity, ca: ours.ca, requestCert: true, rejectUnauthorized: true }));
  });
  after(() => Promise.all([stop(api), stop(strict)]));

  it('of servers are refused unless their authority is trusted', async () => {
    const refused = { name: 'ConnectionError', phase: 'tls', sent: 'no', message: /its issuer is not trusted/ };
    await assert.rejects(ask(api), refused);
    await assert.rejects(ask(api, { ca: theirs.ca }), refused);
  });

  it('of authorities are read from text, bytes, several in one text, and an array', async () => {
    const several = `# ours and theirs\n${theirs.ca}\n${ours.ca}`;
    const joined = `\ufeff${theirs.ca}\ufeff${ours.ca.replaceAll('CERTIFICATE', 'X509 CERTIFICATE')}`;
    const bytes = Buffer.from(ours.ca);
    const shared = Buffer.concat([Buffer.from('before'), bytes, Buffer.from('after')]);
    const view = new Uint8Array(shared.buffer, shared.byteOffset + 6, bytes.length);
    for (const ca of [ours.ca, bytes, view, several, joined, [theirs.ca, ours.ca], [theirs.ca, bytes]]) {
      assert.equal((await ask(api, { ca })).status, 'COMPLETED');
    }
  });

  it('of the option override those of the environment, and these override the default', async () => {
    const directory = mkdtempSync(path.join(tmpdir(), 'modzy-client-'));
    try {
      process.env.NODE_EXTRA_CA_CERTS = path.join(directory, 'ours.pem');
      writeFileSync(process.env.NODE_EXTRA_CA_CERTS, ours.ca);
      await ask(api);
      await ask(api, {});
      await ask(api, { ca: null });
      await assert.rejects(ask(api, { ca: theirs.ca }), ConnectionError);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it('of the server itself are trusted where the option holds them, self-signed or issued by openssl', async () => {
    const { cert, private: key } = await selfSigned('localhost', { cA: true });
    const own = await serve(https.createServer({ cert, key }));
    try {
      assert.equal((await ask(own, { ca: cert })).status, 'COMPLETED');
      await assert.rejects(ask(own, { ca: theirs.ca }), {
        name: 'ConnectionError',
        message: /is not accepted: it belongs to a certificate authority \(CA:TRUE\) and is not itself trusted/,
      });
    } finally {
      await stop(own);
    }
  });

  it('with an unsupported algorithm are refused, and the error names it', async () => {
    const strong = { algorithm: 'sha512' };
    const authority = await selfSigned('an authority', { ...strong, cA: true });
    const signed = await selfSigned('localhost', { ...strong, ca: { cert: authority.cert, key: authority.private } });
    const large = await selfSigned('localhost', { ...strong, curve: 'P-521' });
    const largest = await selfSigned('an authority', { cA: true, curve: 'P-521' });
    const ofLargest = { ca: { cert: largest.cert, key: largest.private } };
    const bySha256 = await selfSigned('localhost', ofLargest);
    const bySha512 = await selfSigned('localhost', { ...strong, ...ofLargest });
    for (const [{ cert, private: key }, ca, message] of [
      [signed, authority.cert, /is not accepted: a signature with ecdsa-with-SHA512 is not supported$/],
      // The signature on a certificate does not matter where that certificate is itself trusted.
      [signed, signed.cert, null],
      [authority, authority.cert, /is not accepted: it was issued for another host name$/],
      [bySha256, largest.cert, /a signature with ecdsa-with-SHA256 by a key of ECDSA P-521 is not supported$/],
      [bySha512, largest.cert, /is not accepted: a signature with ecdsa-with-SHA512 is not supported$/],
      [bySha256, bySha256.cert, null],
      [large, large.cert, /HandshakeFailure; the server may require .* such as a P-521 key$/],
    ]) {
      const made = await serve(https.createServer({ cert, key }));
      try {
        const asked = ask(made, { ca });
        await (message === null ? asked : assert.rejects(asked, { name: 'ConnectionError', phase: 'tls', message }));
      } finally {
        await stop(made);
      }
    }
  });

  it('of a relative NODE_EXTRA_CA_CERTS are read by the constructor, in the directory where the package was loaded', async () => {
    const directory = mkdtempSync(path.join(tmpdir(), 'modzy-client-'));
    const program = `
      const { rmSync } = require('node:fs');
      const { ModzyClient } = require(${JSON.stringify(path.resolve(__dirname, '..'))});
      process.chdir('elsewhere');
      const client = new ModzyClient({ apiKey: '${KEY}', url: '${url(api)}' });
      rmSync('../ours.pem');
      client.getJob('j').then((job) => console.log(job.status));
    `;
    try {
      writeFileSync(path.join(directory, 'ours.pem'), ours.ca);
      // Another file under the same path.
      mkdirSync(path.join(directory, 'elsewhere'));
      writeFileSync(path.join(directory, 'elsewhere', 'ours.pem'), 'none');
      const env = { ...process.env, NODE_EXTRA_CA_CERTS: 'ours.pem' };
      const { stdout } = await promisify(execFile)(process.execPath, ['-e', program], { env, cwd: directory });
      assert.equal(stdout, 'COMPLETED\n');
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  const isRoot = process.getuid?.() === 0;
  it(
    'of NODE_EXTRA_CA_CERTS are read by the constructor, as the user of that time',
    { skip: !isRoot && 'only root can become another user' },
    async () => {
      const directory = mkdtempSync(path.join(tmpdir(), 'modzy-client-'));
      const file = path.join(directory, 'ours.pem');
      const program = `
        const { readFileSync } = require('node:fs');
        const { ModzyClient } = require(${JSON.stringify(path.resolve(__dirname, '..'))});
        const client = new ModzyClient({ apiKey: '${KEY}', url: '${url(api)}' });
        process.setgid(65534);
        process.setuid(65534);
        let denied = false;
        try { readFileSync(process.env.NODE_EXTRA_CA_CERTS); } catch { denied = true; }
        client.getJob('j').then((job) => console.log(denied, job.status));
      `;
      try {
        writeFileSync(file, ours.ca, { mode: 0o600 });
        const env = { ...process.env, NODE_EXTRA_CA_CERTS: file };
        const { stdout } = await promisify(execFile)(process.execPath, ['-e', program], { env });
        assert.equal(stdout, 'true COMPLETED\n');
      } finally {
        rmSync(directory, { recursive: true });
      }
    },
  );

  it('of a NODE_EXTRA_CA_CERTS that is not a file are ignored at once, with one warning', async () => {
    const directory = mkdtempSync(path.join(tmpdir(), 'modzy-client-'));
    const warnings = [];
    const note = (warning) => warnings.push([warning.code, warning.message]);
    process.on('warning', note);
    try {
      process.env.NODE_EXTRA_CA_CERTS = directory;
      for (let made = 0; made < 3; made += 1) {
        await assert.rejects(ask(api), { phase: 'tls' });
      }
      const text = `NODE_EXTRA_CA_CERTS: the certificates of ${directory} are ignored: it is not a regular file`;
      assert.deepEqual(warnings, [['MODZY_EXTRA_CA_CERTS', text]]);
    } finally {
      process.off('warning', note);
      rmSync(directory, { recursive: true });
    }
  });

  it('of clients are presented to servers that require one', async () => {
    const joined = `\ufeff${client.private.trim()}\ufeff${client.cert.replaceAll('\n', '\r')}`;
    for (const [cert, key] of [
      [client.cert, client.private],
      [joined, joined],
      [Buffer.from(client.cert), Buffer.from(client.private)],
    ]) {
      assert.equal((await ask(strict, { ca: ours.ca, cert, key })).status, 'COMPLETED');
    }
    await assert.rejects(ask(strict, { ca: ours.ca }), ConnectionError);
  });

  it('that cannot be used are refused with the name of the option, and no part of a key is shown', () => {
    const { cert, private: key } = client;
    const secret = key.split('\n')[1];
    const garbage = '-----BEGIN CERTIFICATE-----\naGVsbG8=\n-----END CERTIFICATE-----\n';
    const encrypted = key.replaceAll('PRIVATE KEY', 'ENCRYPTED PRIVATE KEY');
    for (const [tls, message] of [
      [{ ca: '' }, /: tls\.ca holds no certificate/],
      [{ ca: [] }, /: tls\.ca must hold a certificate/],
      [{ ca: key }, /: tls\.ca holds no certificate/],
      [{ ca: [ours.ca, garbage] }, /: tls\.ca holds a certificate that cannot be read/],
      [
        { ca: `${ours.ca}${cert.replaceAll('CERT', 'TRUSTED CERT')}` },
        /: tls\.ca holds a "TRUSTED CERTIFICATE", .*openssl/,
      ],
      [{ ca: ours.ca + cert.slice(0, 300) }, /: tls\.ca holds a block in PEM without its first or its last line/],
      [{ cert: cert.slice(40) + cert, key }, /: tls\.cert holds a block in PEM without its first or its last line/],
      [{ ca: 5 }, /the tls\.ca param should be a string or Buffer in PEM/],
      [{ ca: [null] }, /the tls\.ca param should be a string or Buffer in PEM/],
      [{ cert: [cert], key }, /the tls\.cert param should be a string or Buffer in PEM/],
      [{ cert }, /tls\.cert needs tls\.key beside it/],
      [{ key }, /tls\.key needs tls\.cert beside it/],
      [{ key, cert: null }, /tls\.key needs tls\.cert beside it/],
      [{ cert: garbage, key }, /: tls\.cert holds a certificate that cannot be read/],
      [{ cert: key, key }, /: tls\.cert holds no certificate/],
      [{ cert, key: cert }, /: tls\.key holds no private key/],
      [{ cert, key: encrypted }, /: tls\.key is encrypted/],
      [{ cert, key: key.replace(secret, secret.toLowerCase()) }, /: tls\.key holds/],
      [{ cert, key: server.private }, /: tls\.key is not the key of the certificate/],
      [{ rejectUnauthorized: false }, /the client has no option tls\.rejectUnauthorized; use tls\.ca$/],
      [new Map(), /the tls param should be a plain object/],
      [ours.ca, /the tls param should be a plain object/],
    ]) {
      assert.throws(
        () => new ModzyClient({ apiKey: KEY, tls }),
        (error) => {
          assert.ok(error instanceof TypeError);
          assert.match(error.message, message);
          assert.ok(!shows(error, secret, server.private.split('\n')[1]));
          return true;
        },
      );
    }
  });
});
