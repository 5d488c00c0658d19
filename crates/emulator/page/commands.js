// The request that made a job, as commands of curl and as a JavaScript program.

import { plural } from './format.js';
import { indent } from './json.js';
import { ask } from './live.js';
import { asText } from './signatures.js';

/** The largest inputs that are part of a command, in bytes. */
const MAX_EMBEDDED = 65_536;
/** The most inputs that are read one by one for a command. */
const MAX_INPUTS = 100;
/** The longest command, since systems limit an argument to 128 KiB. */
const MAX_COMMAND = 120_000;

/** Quotes a text for a shell. */
const quote = (text) => `'${text.replaceAll("'", "'\\''")}'`;

const KEY = `-H "Authorization: ApiKey $MODZY_API_KEY"`;

/**
 * @param {any} job
 * @param {string} path The path of the job.
 * @param {string} baseURL
 * @returns {Promise<{ curl: string, javascript: string, note?: string }>}
 */
export async function commands(job, path, baseURL) {
  // The request as it was sent, if the log has it whole.
  const logged = job.isUploaded ? null : await ask(`${path}/submit`);
  const isLarge = job.inputBytes > MAX_EMBEDDED || job.total > MAX_INPUTS;
  if (logged || (!job.isUploaded && !isLarge)) {
    const { body, secrets } = logged ?? { body: await bodyOf(job, path), secrets: [] };
    const curl = [
      `curl ${quote(`${baseURL}/jobs`)} \\`,
      `  ${KEY} \\`,
      `  -H 'Content-Type: application/json' \\`,
      `  -d ${shellText(indent(body), secrets)}`,
    ].join('\n');
    if (new Blob([curl]).size <= MAX_COMMAND) {
      return {
        curl,
        javascript: program(baseURL, submitLine(JSON.parse(body)), secrets),
        note: noteOn(logged, secrets),
      };
    }
  }
  return uploadCommands(job, await ask(`${path}/inputs`), baseURL);
}

function noteOn(logged, secrets) {
  if (logged === null) {
    return 'Made from the inputs, since the log does not contain the request.';
  }
  const names = [...new Set(secrets.map(({ variable }) => variable))].join(', ');
  return names === ''
    ? undefined
    : `Set ${names} first: the page does not show secrets. For curl, escape them as within JSON.`;
}

/** Quotes a text for a shell, with variables in place of the marks. Without one of them, the shell stops. */
function shellText(text, secrets) {
  return secrets.reduce(
    (quoted, { text: mark, variable, isJson }) =>
      quoted.replaceAll(isJson ? `"${mark}"` : mark, `'"\${${variable}:?}"'`),
    quote(text),
  );
}

/** Returns a body that submits the same inputs, as JSON. Texts are put together, since objects would change the order of keys. */
async function bodyOf(job, path) {
  /** @type {[string, [string, Uint8Array][]][]} */
  const sources = [];
  for (let from = 0; from < job.total; from += 25) {
    for (const { index, key, values } of await ask(`${path}/inputs?from=${from}`)) {
      const reads = values.map(async ({ name }, at) => {
        const response = await fetch(`${path}/inputs/${index}/${at}`);
        return [name, new Uint8Array(await response.arrayBuffer())];
      });
      sources.push([key, await Promise.all(reads)]);
    }
  }
  const isText = sources.every(([, values]) => values.every(([, data]) => asText(data, false) !== undefined));
  const leaf = (data) => JSON.stringify(isText ? asText(data, false) : dataUrl(data));
  return object([
    ...Object.entries(opened(job)).map(([name, value]) => [name, JSON.stringify(value)]),
    [
      'input',
      object([
        ['type', isText ? '"text"' : '"embedded"'],
        [
          'sources',
          object(sources.map(([key, values]) => [key, object(values.map(([name, data]) => [name, leaf(data)]))])),
        ],
      ]),
    ],
  ]);
}

/** JSON of an object whose values are JSON. */
const object = (entries) => `{${entries.map(([name, json]) => `${JSON.stringify(name)}:${json}`).join(',')}}`;

/** The body that opens such a job. */
const opened = (job) => ({
  model: { identifier: job.model, version: job.version },
  ...(job.explain ? { explain: true } : {}),
  ...(job.timeout === null ? {} : { timeout: job.timeout }),
});

function dataUrl(data) {
  let latin = '';
  for (const byte of data) {
    latin += String.fromCharCode(byte);
  }
  return `data:application/octet-stream;base64,${btoa(latin)}`;
}

/** JSON as a JavaScript expression. In literals, `__proto__` is not a name like others. */
const literal = (value) => JSON.stringify(value, undefined, 2).replaceAll(/^( *)("__proto__"):/gm, '$1[$2]:');

/** The method for a submit accepts true or false; the API also accepts their texts. */
const flag = (explain) => (explain === 'true' ? true : explain === 'false' ? false : explain);

/** Whether JavaScript has a timeout as the job has it. */
const isExact = (timeout) => Number.isSafeInteger(Number(timeout));

const LEFT_OUT = '// The timeout of the job is left out: JavaScript would round it.\n';

function submitLine(/** @type {any} */ { explain, timeout, ...others }) {
  /** @type {any} */
  const given = { ...others, explain: flag(explain) };
  return timeout === undefined || timeout === null || isExact(timeout)
    ? submitCall({ ...given, timeout })
    : `${LEFT_OUT}${submitCall(given)}`;
}

function submitCall(/** @type {any} */ { model, explain, timeout, input, ...others }) {
  const { identifier, version } = model;
  if (input?.type !== 'text' || Object.keys(others).length > 0) {
    return `await client.submitJob(${literal({ model, explain, timeout, input, ...others })});`;
  }
  const args = [literal(identifier), literal(version), literal(input.sources)];
  if (explain !== undefined && explain !== null) {
    args.push(literal(explain));
  }
  if (timeout !== undefined && timeout !== null) {
    args.push(`{ jobTimeout: ${literal(Number(timeout))} }`);
  }
  return `await client.submitJobText(${args.join(', ')});`;
}

const SECRET = `
function secret(name) {
  if (!process.env[name]) {
    throw new Error(\`Set \${name} first\`);
  }
  return process.env[name];
}`;

function program(baseURL, submit, secrets = []) {
  return [
    `import { ModzyClient } from 'modzy-client';`,
    ...(secrets.length > 0 ? [SECRET] : []),
    '',
    `const client = new ModzyClient(${literal(baseURL)}, process.env.MODZY_API_KEY);`,
    withSecrets(submit, secrets).replace('await ', 'const receipt = await '),
    `const job = await client.blockUntilComplete(receipt);`,
    `console.log(job.status);`,
  ].join('\n');
}

/** Puts expressions in place of the marks in the strings of a program. */
function withSecrets(code, secrets) {
  const isMarked = (text) => secrets.some(({ text: mark }) => text.includes(mark));
  const named = code.replaceAll(/^( *)("(?:[^"\\]|\\.)*"):/gm, (line, space, name) =>
    isMarked(name) ? `${space}[${name}]:` : line,
  );
  return secrets.reduce((text, { text: mark, variable, isJson }) => {
    const call = `secret('${variable}')`;
    return isJson
      ? text.replaceAll(`"${mark}"`, `JSON.parse(${call})`)
      : text.replaceAll(`"${mark}"`, call).replaceAll(mark, `" + ${call} + "`);
  }, named);
}

/** Returns a function that names files so that any system accepts the names, and no two are the same. */
function fileNames() {
  const used = new Set();
  return (key, name) => {
    const base = `${key}-${name}`.replaceAll(/[^\w.-]+/g, '_').slice(0, 80);
    let file = base;
    for (let number = 2; used.has(file.toLowerCase()); number += 1) {
      file = `${base}-${number}`;
    }
    used.add(file.toLowerCase());
    return file;
  };
}

/** A part of a URL for a shell, which may read an exclamation mark within double quotes as one of its own. */
const encoded = (text) => encodeURIComponent(text).replaceAll('!', '%21');

function uploadCommands(job, inputs, baseURL) {
  const fileName = fileNames();
  const files = inputs.map(({ key, values }) => [key, values.map(({ name }) => [name, `./${fileName(key, name)}`])]);
  const chunks = files.flatMap(([key, values]) =>
    values.map(([name, file]) => {
      const url = `${baseURL}/jobs/$JOB/${encoded(key)}/${encoded(name)}`;
      return `curl "${url.replaceAll(/["`\\]/g, '\\$&')}" ${KEY} -F ${quote(`input=@${file}`)}`;
    }),
  );
  const curl = [
    `# The response to this names the job; put its jobIdentifier into JOB.`,
    `curl ${quote(`${baseURL}/jobs`)} ${KEY} -H 'Content-Type: application/json' -d ${quote(JSON.stringify(opened(job)))}`,
    ...chunks,
    `curl -X POST "${baseURL}/jobs/$JOB/close" ${KEY}`,
  ].join('\n');
  const sources = Object.fromEntries(files.map(([key, values]) => [key, Object.fromEntries(values)]));
  const args = [literal(job.model), literal(job.version), literal(sources), literal(job.explain)];
  if (job.timeout !== null && isExact(job.timeout)) {
    args.push(`{ jobTimeout: ${literal(job.timeout)} }`);
  }
  const comment = isExact(job.timeout) ? '' : LEFT_OUT;
  const rest = job.total - inputs.length;
  return {
    curl,
    javascript: program(baseURL, `${comment}await client.submitJobFile(${args.join(', ')});`),
    note: `Download the inputs above into these files. With curl, a file that is larger than a chunk needs several.${rest > 0 ? ` ${plural(rest, 'input')} more are left out.` : ''}`,
  };
}
