'use strict';

// The options for proxies and TLS, and their environment variables.

const path = require('node:path');
const { argumentError } = require('../stacks.js');
const { isGiven, isPlainObject, invalidParam, string } = require('./checks.js');
const { listed } = require('./methods.js');
const { nearest } = require('./nearest.js');

/** The environment variables that name proxies. Rust chooses between them. */
const proxyVariables = ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'HTTPS_PROXY'];

/** The environment variables that decide whether those apply. */
const proxyConditions = ['no_proxy', 'NO_PROXY', 'REQUEST_METHOD'];

/** The working directory when the package was loaded; `undefined` if it had been removed. */
const initialDirectory = workingDirectory();

function workingDirectory() {
  try {
    return process.cwd();
  } catch {
    return undefined;
  }
}

/**
 * Checks the URL of a proxy. `false` means none, regardless of the environment.
 *
 * @param {unknown} value
 * @param {string} name
 */
function proxy(value, name) {
  if (value === false) {
    return value;
  }
  const isUrl = typeof value === 'object' && value !== null && 'href' in value && 'protocol' in value;
  const url = isUrl ? value.href : value;
  if (typeof url !== 'string') {
    throw invalidParam(name, 'a URL, or false', value);
  }
  return string(url, name);
}

/**
 * @param {unknown} value
 * @param {string} name
 */
function pem(value, name) {
  if (typeof value === 'string') {
    const text = string(value, name);
    if (/^[^\r\n]+$/.test(text) && !text.includes('-----BEGIN')) {
      // Not shown: it may be a part of a key.
      const advice = 'not the path of a file: read the file first, for example with fs.readFileSync(path)';
      throw argumentError(`the ${name} param should be a text in PEM, ${advice}`);
    }
    return Buffer.from(text);
  }
  if (ArrayBuffer.isView(value)) {
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  }
  throw invalidParam(name, 'a string or Buffer in PEM', value);
}

/**
 * @param {unknown} value
 * @param {string} name
 */
function pems(value, name) {
  return Array.isArray(value) ? value.map((text) => pem(text, name)) : [pem(value, name)];
}

const members = /** @type {const} */ ({ ca: pems, cert: pem, key: pem });

/**
 * Checks the certificates of a client. The result uses the names of the addon's settings.
 *
 * @param {unknown} value
 * @param {string} name
 */
function tls(value, name) {
  if (!isPlainObject(value)) {
    throw invalidParam(name, 'a plain object with ca, or cert and key', value);
  }
  /** @type {Record<string, any>} */
  const read = { __proto__: null };
  for (const [member, given] of Object.entries(value)) {
    if (!Object.hasOwn(members, member)) {
      const known = Object.keys(members).map((one) => `${name}.${one}`);
      const near = nearest(member, known);
      const advice = near.length === 0 ? `its options are ${listed(known, 'and')}` : `use ${listed(near, 'or')}`;
      throw argumentError(`the client has no option ${name}.${member}; ${advice}`);
    }
    if (isGiven(given)) {
      read[member] = members[/** @type {keyof typeof members} */ (member)](given, `${name}.${member}`);
    }
  }
  if ((read.cert === undefined) !== (read.key === undefined)) {
    const [has, lacks] = read.key === undefined ? ['cert', 'key'] : ['key', 'cert'];
    throw argumentError(`the client: ${name}.${has} needs ${name}.${lacks} beside it`);
  }
  return read;
}

/**
 * Returns the environment variables about proxies, if one names a proxy. Each read is a call of the system's library.
 *
 * @returns {Record<string, string> | undefined}
 */
function readProxyVariables() {
  const { env } = process;
  if (!proxyVariables.some((name) => env[name] !== undefined)) {
    return undefined;
  }
  /** @type {Record<string, any>} */
  const set = { __proto__: null };
  for (const name of [...proxyVariables, ...proxyConditions]) {
    if (env[name] !== undefined) {
      set[name] = env[name];
    }
  }
  return set;
}

let lastResolved = { file: '', path: '' };

/**
 * Returns an absolute path. Most clients resolve the path of the last one.
 *
 * @param {string} file
 */
function resolved(file) {
  if (file !== lastResolved.file) {
    lastResolved = { file, path: initialDirectory === undefined ? file : path.resolve(initialDirectory, file) };
  }
  return lastResolved.path;
}

/**
 * Returns the connection settings of the addon, if there are any. Options take precedence over the environment.
 *
 * @param {{ proxy?: string | false, tls?: Record<string, any> }} given
 * @returns {import('../../js-binding').BindingNetwork | undefined}
 */
function readNetwork({ proxy: url, tls: certificates }) {
  const named = typeof url === 'string' ? url : undefined;
  const variables = url === undefined ? readProxyVariables() : undefined;
  const extraCaFile = process.env.NODE_EXTRA_CA_CERTS;
  if (named === undefined && variables === undefined && !extraCaFile && certificates === undefined) {
    return undefined;
  }
  // Each member is an own one, so that Rust reads no inherited ones.
  return {
    proxy: named,
    proxyVariables: variables,
    extraCaFile: extraCaFile ? resolved(extraCaFile) : undefined,
    tls: certificates,
  };
}

module.exports = { proxy, readNetwork, tls };
