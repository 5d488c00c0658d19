'use strict';

// The methods of all classes by name, for the messages that name them. They are noted as their classes are made; this file imports
// nothing.

/**
 * The part of a row that messages need.
 *
 * @typedef {object} Method
 * @property {string} kind
 * @property {readonly { name: string, member: string | undefined }[]} parameters
 * @property {object} [aliasOf]
 */

/** @type {Map<string, Method>} */
const methods = new Map();

/** How many methods a message lists. Beyond that, it lists the methods that lack the option. */
const LISTED = 12;

/**
 * @param {string} name
 * @param {Method} method
 */
function note(name, method) {
  methods.set(name, method);
}

/**
 * Returns the method with a name.
 *
 * @param {string | undefined} name
 */
function methodOf(name) {
  return methods.get(name ?? '');
}

/**
 * The parameters to which Rust gives another name.
 *
 * @type {Record<string, readonly string[]>}
 */
const namesInRust = {
  __proto__: /** @type {any} */ (null),
  jobId: ['job'],
  inputKey: ['inputItemKey'],
  inputName: ['dataItemKey'],
};

/** The members of a reference to an output, as Rust names them. */
const ofOutputs = ['jobId', 'inputKey', 'outputName', 'url'];

/**
 * Returns the name that a caller used for an argument that Rust names.
 *
 * @param {{ method?: string, names?: 'name' | 'member' } | undefined} site
 * @param {string} name
 */
function nameInCall(site, name) {
  const parameters = methodOf(site?.method)?.parameters ?? [];
  const all = [name, ...(namesInRust[name] ?? [])];
  const parameter = parameters.find((each) => all.includes(each.name) || all.includes(each.member ?? ''));
  if (parameter !== undefined) {
    return parameter[site?.names ?? 'name'] ?? parameter.name;
  }
  const isOfOutput = ofOutputs.includes(name) && parameters.some((each) => each.name === 'output');
  const isOfRoute = parameters.some((each) => each.name === 'route');
  return isOfOutput ? `output.${name}` : isOfRoute ? `route.${name}` : name;
}

/**
 * Returns the names of the methods of some kinds, as a message lists them. Their other names are left out.
 *
 * @param {(kind: string) => boolean} isTaken
 */
function namesOfKinds(isTaken) {
  const all = Array.from(methods).filter(([, { aliasOf }]) => aliasOf === undefined);
  const [takers, others] = [true, false].map((is) =>
    all.filter(([, { kind }]) => isTaken(kind) === is).map(([name]) => name),
  );
  if (takers === undefined || others === undefined || takers.length <= LISTED) {
    return listed(takers ?? [], 'and');
  }
  return others.length > LISTED
    ? `${listed(takers.slice(0, 3), ',')} and others`
    : `all methods but ${listed(others, 'and')}`;
}

/**
 * Returns names as a text: `a, b and c`.
 *
 * @param {readonly string[]} names
 * @param {string} last The word before the last name.
 */
function listed(names, last) {
  if (last === ',' || names.length < 2) {
    return names.join(', ');
  }
  return `${names.slice(0, -1).join(', ')} ${last} ${names.at(-1)}`;
}

module.exports = { listed, methodOf, nameInCall, namesOfKinds, note };
