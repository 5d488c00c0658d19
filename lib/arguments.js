'use strict';

// What the methods take. One table holds every method's parameters under the names of both generations, and one reader
// turns any call into values and options; validation, error messages and tests all go by the same rows.

/**
 * @typedef {object} Parameter
 * @property {string} name Its name in the positional form.
 * @property {string} [member] Its name in the object form. Absent where the method has the same shape in both generations.
 * @property {(value: unknown, name: string) => any} read Checks a value, and converts it.
 * @property {boolean} [optional]
 *
 * @typedef {object} CallOptions
 * @property {import('../js-binding').BindingCallOptions} binding What Rust needs to know.
 * @property {number} [jobTimeout]
 * @property {import('./signals.js').Signal} [signal]
 * @property {boolean} [cancelOnAbort]
 * @property {(outcome: object) => void} [onCancel]
 * @property {(job: object) => void} [onProgress]
 *
 * @typedef {object} Reading
 * @property {Record<string, any>} values By positional name.
 * @property {CallOptions} options
 * @property {1 | 2 | undefined} generation What the call's form tells; `undefined` where both have the same.
 */

/** @param {unknown} value */
function isGiven(value) {
  return value !== undefined && value !== null;
}

/**
 * An object made by a literal, of whatever realm.
 *
 * @param {unknown} value
 * @returns {value is Record<string, unknown>}
 */
function isPlainObject(value) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return false;
  }
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/**
 * @param {string} name
 * @param {string} expected
 */
function mistaken(name, expected) {
  return new TypeError(`the ${name} param should be ${expected}`);
}

/**
 * @param {unknown} value
 * @param {string} name
 */
function string(value, name) {
  if (typeof value !== 'string' || !value.isWellFormed()) {
    throw mistaken(name, 'a string');
  }
  return value;
}

/**
 * @param {unknown} value
 * @param {string} name
 */
function boolean(value, name) {
  if (typeof value !== 'boolean') {
    throw mistaken(name, 'a boolean');
  }
  return value;
}

/**
 * @param {unknown} value
 * @param {string} name
 */
function number(value, name) {
  if (typeof value !== 'number') {
    throw mistaken(name, 'a number');
  }
  return value;
}

/**
 * @param {unknown} value
 * @param {string} name
 */
function callback(value, name) {
  if (typeof value !== 'function') {
    throw mistaken(name, 'a function');
  }
  return value;
}

/**
 * @param {unknown} value
 * @param {string} name
 */
function object(value, name) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw mistaken(name, 'an object');
  }
  return value;
}

/**
 * @param {unknown} value
 * @param {string} name
 */
function headers(value, name) {
  if (!isPlainObject(value) || Object.values(value).some((each) => typeof each !== 'string')) {
    throw mistaken(name, 'an object of strings');
  }
  return { ...value };
}

/**
 * @param {unknown} value
 * @param {string} name
 */
function signal(value, name) {
  const given = /** @type {any} */ (value);
  if (typeof given?.aborted !== 'boolean' || typeof given.addEventListener !== 'function') {
    throw mistaken(name, 'an AbortSignal');
  }
  return given;
}

/**
 * A job's identifier, from a job, a receipt, any object that has it, or itself.
 *
 * @param {unknown} value
 * @param {string} name
 */
function jobReference(value, name) {
  const identifier =
    typeof value === 'object' && value !== null && 'jobIdentifier' in value ? value.jobIdentifier : value;
  if (typeof identifier !== 'string' || !identifier.isWellFormed()) {
    throw mistaken(name, 'a job, or the identifier of a job');
  }
  return identifier;
}

/** The options of calls. `true`: Rust is told. */
const callOptions = /** @type {const} */ ({
  requestTimeout: [number, true],
  retries: [number, true],
  headers: [headers, true],
  signal: [signal, false],
  jobTimeout: [number, false],
  pollInterval: [number, true],
  waitTimeout: [number, true],
  maxOutage: [number, true],
  cancelOnAbort: [boolean, false],
  onCancel: [callback, false],
  onProgress: [callback, false],
});

/** The options of clients. */
const clientOptions = /** @type {const} */ ({
  connectTimeout: number,
  requestTimeout: number,
  retries: number,
  maxSockets: number,
  maxResponseBytes: number,
  headers,
  userAgent: string,
});

/** @type {Record<string, Parameter[]>} */
const methods = {
  getJob: [{ name: 'jobId', read: string }],
  cancelJob: [{ name: 'jobId', read: string }],
  getResult: [{ name: 'jobId', read: string }],
  blockUntilComplete: [{ name: 'job', read: jobReference }],
  submitJob: [{ name: 'job', read: object }],
  submitJobText: [
    { name: 'modelId', member: 'modelId', read: string },
    { name: 'versionId', member: 'version', read: string },
    { name: 'textSources', member: 'sources', read: object },
    { name: 'explain', member: 'explain', read: boolean, optional: true },
  ],
};

/**
 * Reads a call of a method.
 *
 * @param {keyof typeof methods} method
 * @param {unknown[]} given
 * @returns {Reading}
 */
function readCall(method, given) {
  const parameters = methods[method] ?? [];
  const hasObjectForm = parameters.some(({ member }) => member !== undefined);
  if (hasObjectForm && isPlainObject(given[0])) {
    return readObjectForm(method, parameters, given[0], given.slice(1));
  }
  return readPositionalForm(method, parameters, given, hasObjectForm ? 1 : undefined);
}

/**
 * @param {string} method
 * @param {Parameter[]} parameters
 * @param {unknown[]} given
 * @param {1 | undefined} generation
 * @returns {Reading}
 */
function readPositionalForm(method, parameters, given, generation) {
  const args = fromMap(parameters, given) ? given.slice(0, 1) : given;
  // `explain` may be left out before the options.
  const last = parameters.length - 1;
  const skipsLast = parameters[last]?.optional && isPlainObject(args[last]);
  const slot = skipsLast ? last : parameters.length;
  /** @type {Record<string, any>} */
  const values = {};
  parameters.forEach(({ name, read, optional }, index) => {
    const value = index < slot ? args[index] : undefined;
    if (isGiven(value) || !optional) {
      if (generation === 1 && isPlainObject(value) && read !== object) {
        throw mixed(method, parameters);
      }
      values[name] = read(value, name);
    }
  });
  return { values, options: readOptions(args[slot], method), generation };
}

/**
 * @param {string} method
 * @param {Parameter[]} parameters
 * @param {Record<string, unknown>} params
 * @param {unknown[]} rest
 * @returns {Reading}
 */
function readObjectForm(method, parameters, params, rest) {
  if (rest.slice(1).some(isGiven) || (isGiven(rest[0]) && typeof rest[0] !== 'object')) {
    throw mixed(method, parameters);
  }
  const slot = isGiven(rest[0]) ? ownMembers(rest[0], method) : {};
  /** @type {Record<string, any>} */
  const values = {};
  for (const { name, member = name, read, optional } of parameters) {
    const value = Object.hasOwn(params, member) ? params[member] : undefined;
    if (isGiven(value) || !optional) {
      values[name] = read(value, member);
    }
  }
  const options = { ...slot };
  for (const [name, value] of Object.entries(params)) {
    if (Object.hasOwn(callOptions, name)) {
      if (isGiven(value) && isGiven(slot[name])) {
        throw new TypeError(`${method}: the option ${name} is given twice`);
      }
      options[name] = isGiven(value) ? value : slot[name];
    } else if (!parameters.some(({ member }) => member === name)) {
      warnOnce(method, name);
    }
  }
  return { values, options: readOptions(options, method), generation: 2 };
}

/**
 * Whether a method of one parameter was handed to `Array.prototype.map`, which adds the index and the array.
 *
 * @param {Parameter[]} parameters
 * @param {unknown[]} given
 */
function fromMap(parameters, given) {
  const [value, index, array] = given;
  return parameters.length === 1 && typeof index === 'number' && Array.isArray(array) && Object.is(array[index], value);
}

/**
 * @param {string} method
 * @param {Parameter[]} parameters
 */
function mixed(method, parameters) {
  const positional = parameters.map(({ name }) => name).join(', ');
  const members = parameters.map(({ name, member = name }) => member).join(', ');
  return new TypeError(
    `${method} takes (${positional}, options) or ({ ${members} }, options), and no mixture of the two`,
  );
}

/** @type {Set<string>} */
const warned = new Set();

/**
 * A member that nobody reads is most likely misspelt, but code written for 2.x may have it and works.
 *
 * @param {string} method
 * @param {string} member
 */
function warnOnce(method, member) {
  const subject = `${method}.${member}`;
  if (!warned.has(subject)) {
    warned.add(subject);
    process.emitWarning(`${method} does not know the member ${member}`, { code: 'MODZY_UNKNOWN_MEMBER' });
  }
}

/**
 * @param {unknown} given
 * @param {string} owner
 * @returns {Record<string, unknown>}
 */
function ownMembers(given, owner) {
  if (!isPlainObject(given)) {
    throw new TypeError(`${owner}: the options should be a plain object`);
  }
  return { ...given };
}

/**
 * @param {string} owner
 * @param {string} name
 * @param {object} known
 */
function unknownOption(owner, name, known) {
  return new TypeError(`${owner}: unknown option ${name}; known are ${Object.keys(known).sort().join(', ')}`);
}

/**
 * @param {unknown} given
 * @param {string} method
 * @returns {CallOptions}
 */
function readOptions(given, method) {
  /** @type {any} */
  const options = { binding: undefined };
  if (!isGiven(given)) {
    return options;
  }
  for (const [name, value] of Object.entries(ownMembers(given, method))) {
    if (!Object.hasOwn(callOptions, name)) {
      throw unknownOption(method, name, callOptions);
    }
    if (isGiven(value)) {
      const [read, forRust] = callOptions[/** @type {keyof typeof callOptions} */ (name)];
      if (forRust) {
        options.binding ??= {};
        options.binding[name] = read(value, name);
      } else {
        options[name] = read(value, name);
      }
    }
  }
  if (options.onProgress !== undefined) {
    options.binding = { ...options.binding, progress: true };
  }
  return options;
}

/**
 * Reads the arguments of a client's constructor: `(baseURL, apiKey, options)` or `({ apiKey, url, ...options })`.
 *
 * @param {unknown[]} given
 * @returns {{ config: import('../js-binding').BindingConfig, generation: 1 | 2 }}
 */
function readConstructor(given) {
  const [first, second, third] = given;
  if (typeof first !== 'object' || first === null) {
    const config = {
      baseUrl: credential(first, 'baseURL'),
      hostRoot: false,
      apiKey: credential(second, 'apiKey'),
      ...readClientOptions(third, {}),
    };
    return { config, generation: 1 };
  }
  if (isGiven(second)) {
    throw new TypeError(
      'ModzyClient takes (baseURL, apiKey, options) or ({ apiKey, url, ...options }), and no mixture of the two',
    );
  }
  const { apiKey, url, ...options } = ownMembers(first, 'ModzyClient');
  const config = {
    baseUrl: isGiven(url) ? credential(url, 'url') : 'https://app.modzy.com',
    hostRoot: true,
    apiKey: credential(apiKey, 'apiKey'),
    ...readClientOptions(options, { apiKey, url }),
  };
  return { config, generation: 2 };
}

/**
 * @param {unknown} given
 * @param {object} named What is known beside the options.
 */
function readClientOptions(given, named) {
  /** @type {Record<string, any>} */
  const options = {};
  for (const [name, value] of Object.entries(isGiven(given) ? ownMembers(given, 'ModzyClient') : {})) {
    if (!Object.hasOwn(clientOptions, name)) {
      throw unknownOption('ModzyClient', name, { ...named, ...clientOptions });
    }
    if (isGiven(value)) {
      options[name] = clientOptions[/** @type {keyof typeof clientOptions} */ (name)](value, name);
    }
  }
  const extraCaFile = process.env.NODE_EXTRA_CA_CERTS;
  return extraCaFile ? { ...options, extraCaFile } : options;
}

/**
 * @param {unknown} value
 * @param {string} name
 */
function credential(value, name) {
  if (typeof value !== 'string' || value === '') {
    throw new TypeError(`Cannot initialize the modzy client: the ${name} param should be a valid not empty string`);
  }
  return value;
}

module.exports = { readCall, readConstructor };
