'use strict';

// Certificates with algorithms that are not supported, and servers that require other settings of TLS: what the error
// says, and that no other attempt is made. openssl makes the certificates.

const assert = require('node:assert/strict');
const { execFile, spawnSync } = require('node:child_process');
const https = require('node:https');
const { mkdtempSync, readFileSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const path = require('node:path');
const { after, before, describe, it } = require('node:test');
const { promisify } = require('node:util');
const { ModzyClient } = require('modzy-client');
const { serve, stop, useOwnEnvironment } = require('./support/network.js');

useOwnEnvironment();

const isMissing = spawnSync('openssl', ['version']).status !== 0;
const P_256 = ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256'];
const PSS = ['-sigopt', 'rsa_padding_mode:pss'];

describe('certificates of openssl', { skip: isMissing && 'openssl is not installed' }, () => {
  let directory;
  let made = 0;
  before(() => {
    directory = mkdtempSync(path.join(tmpdir(), 'modzy-client-'));
  });
  after(() => rmSync(directory, { recursive: true }));

  /** Makes a self-signed certificate or, by the files of an authority, one that it issues. */
  async function make(newkey, { host = 'localhost', signature = [], authority } = {}) {
    made += 1;
    const files = { cert: path.join(directory, `${made}.pem`), key: path.join(directory, `${made}.key`) };
    const subject = ['-subj', `/CN=${host}`, '-addext', `subjectAltName=DNS:${host}`];
    const issuer = authority
      ? ['-CA', authority.cert, '-CAkey', authority.key, '-addext', 'basicConstraints=CA:FALSE']
      : [];
    const output = ['-nodes', '-keyout', files.key, '-out', files.cert];
    const request = [
      'req',
      '-x509',
      '-days',
      '2',
      '-newkey',
      ...newkey,
      ...output,
      ...subject,
      ...issuer,
      ...signature,
    ];
    await promisify(execFile)('openssl', request);
    return files;
  }
  const authorityWith = (newkey) => make(newkey, { host: `authority ${made}` });
  const read = (file) => readFileSync(file, 'utf8');

  /** Asks a server with a certificate for a job, and waits for the job. Returns the results of both. */
  async function ask({ cert, key }, ca, settings = {}) {
    const options = { cert: read(cert), key: read(key), ciphers: 'DEFAULT@SECLEVEL=0', ...settings };
    const server = await serve(https.createServer(options));
    let connections = 0;
    server.server.on('connection', () => {
      connections += 1;
    });
    try {
      const url = `https://localhost:${server.port}`;
      const client = new ModzyClient({ apiKey: 'aPrefix.aSecretBody', url, tls: { ca: read(ca) } });
      // One after the other: a connection that is still being made would keep the server open for seconds.
      const [got] = await Promise.allSettled([client.getJob('j')]);
      const [waited] = await Promise.allSettled([client.blockUntilComplete('j')]);
      return { got, waited, connections };
    } finally {
      await stop(server);
    }
  }

  /** Asserts that a call and a wait are refused at once, with this message. */
  async function isRefused(certificate, ca, message, settings) {
    const { got, waited, connections } = await ask(certificate, ca, settings);
    for (const { reason } of [got, waited]) {
      assert.equal(reason?.name, 'ConnectionError', `${reason} where ${message} is expected`);
      assert.match(reason.message, message);
      assert.deepEqual([reason.phase, reason.sent, reason.attempts, reason.retryable], ['tls', 'no', 1, false]);
    }
    assert.equal(connections, 2);
  }

  const isAccepted = async (certificate, ca) => {
    const { got, waited } = await ask(certificate, ca);
    assert.deepEqual([got.value?.status, waited.value?.status], ['COMPLETED', 'COMPLETED'], String(got.reason));
  };

  it('with an RSA key of fewer than 2048 bits are refused, with its length', async () => {
    const own =
      /is not accepted: its RSA key has 1024 bits, but at least 2048 are required; replace it with a longer key$/;
    const issuers =
      /: the RSA key of its issuer has 1024 bits, but at least 2048 are required; replace it with a longer key$/;
    const plain = await make(['rsa:1024'], { signature: ['-addext', 'basicConstraints=critical,CA:FALSE'] });
    await isRefused(plain, plain.cert, own);
    const marked = await make(['rsa:1024']);
    await isRefused(marked, marked.cert, own);
    const good = await authorityWith(['rsa:2048']);
    await isRefused(await make(['rsa:1024'], { authority: good }), good.cert, own);
    await isAccepted(await make(['rsa:2048'], { authority: good }), good.cert);
    const short = await authorityWith(['rsa:1024']);
    await isRefused(await make(P_256, { authority: short }), short.cert, issuers);
    // A certificate that is itself trusted needs no issuer.
    const trusted = await make(P_256, { authority: short });
    await isAccepted(trusted, trusted.cert);
  });

  it('with unsupported signatures are refused, and the error names the algorithm', async () => {
    const [rsa, ec, ed448] = await Promise.all([['rsa:2048'], P_256, ['ed448']].map(authorityWith));
    for (const [authority, signature, message] of [
      [rsa, PSS, /a signature with RSASSA-PSS \(SHA-256, a salt of 222 bytes\) is not supported$/],
      [rsa, [...PSS, '-sha1'], /a signature with RSASSA-PSS \(SHA-1, a salt of 234 bytes\) is not supported$/],
      [
        rsa,
        [...PSS, '-sigopt', 'rsa_mgf1_md:sha512'],
        /\(SHA-256, MGF1 with SHA-512, a salt of 222 bytes\) is not supported$/,
      ],
      [rsa, [...PSS, '-sigopt', 'rsa_pss_saltlen:digest'], null],
      [rsa, ['-sha3-256'], /a signature with RSA-SHA3-256 is not supported$/],
      [rsa, ['-sha3-512'], /a signature with RSA-SHA3-512 is not supported$/],
      [rsa, ['-sha224'], /a signature with sha224WithRSAEncryption is not supported$/],
      [rsa, ['-sha512'], null],
      [ec, ['-sha3-384'], /a signature with ecdsa_with_SHA3-384 is not supported$/],
      [ed448, [], /a signature with Ed448 is not supported$/],
    ]) {
      const certificate = await make(P_256, { signature, authority });
      await (message === null
        ? isAccepted(certificate, authority.cert)
        : isRefused(certificate, authority.cert, message));
    }
  });

  it('of issuers with unsupported keys are refused, and the error names the key', async () => {
    const curve = (name, ...more) => ['ec', '-pkeyopt', `ec_paramgen_curve:${name}`, ...more];
    for (const [newkey, key] of [
      [curve('brainpoolP256r1'), 'ECDSA brainpoolP256r1'],
      [curve('brainpoolP512t1'), 'ECDSA brainpoolP512t1'],
      [curve('secp256k1'), 'ECDSA secp256k1'],
      [curve('P-224'), 'ECDSA P-224'],
      [curve('P-256', '-pkeyopt', 'ec_param_enc:explicit'), 'ECDSA with explicit curve parameters'],
    ]) {
      const authority = await authorityWith(newkey);
      const certificate = await make(P_256, { authority });
      const message = new RegExp(`a signature with ecdsa-with-SHA256 by a key of ${key} is not supported$`);
      await isRefused(certificate, authority.cert, message);
    }
  });

  it('with keys that no handshake can use are refused at once', async () => {
    const message =
      /HandshakeFailure; the server may require .* kind of certificate that is not supported, such as a P-521 key$/;
    for (const newkey of [
      ['ec', '-pkeyopt', 'ec_paramgen_curve:P-521'],
      ['ec', '-pkeyopt', 'ec_paramgen_curve:brainpoolP384r1'],
      ['ed448'],
      ['rsa-pss', '-pkeyopt', 'rsa_keygen_bits:2048'],
    ]) {
      const certificate = await make(newkey);
      await isRefused(certificate, certificate.cert, message);
      await isRefused(certificate, certificate.cert, message, { maxVersion: 'TLSv1.2' });
    }
  });

  it('do not matter where the server has no version, cipher or curve in common with the client', async () => {
    const certificate = await make(P_256);
    const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1' };
    await isRefused(certificate, certificate.cert, /; the server supports neither TLS 1\.2 nor TLS 1\.3$/, old);
    const failure = /HandshakeFailure; the server may require a client certificate, or a TLS version, a cipher or /;
    const cipher = { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-SHA@SECLEVEL=0' };
    await isRefused(certificate, certificate.cert, failure, cipher);
    await isRefused(certificate, certificate.cert, failure, { ecdhCurve: 'P-521' });
  });

  it('of clients may have RSA keys from 2048 bits', async () => {
    const { cert, key } = await make(['rsa:1024']);
    assert.throws(
      () => new ModzyClient({ apiKey: 'aPrefix.aSecretBody', tls: { cert: read(cert), key: read(key) } }),
      /: tls\.key holds a private key that cannot be used; RSA \(from 2048 to 4096 bits\), ECDSA/,
    );
  });
});
