// The request that made a job, as commands of curl and as a JavaScript program.

import { ask } from './live.js';
import { asText } from './values.js';

/** The largest inputs that are part of a command, in bytes. */
const MAX_EMBEDDED = 65_536;
/** The most inputs that are read one by one for a command. */
const MAX_INPUTS = 100;

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
  const logged = job.isUploaded ? undefined : await loggedBody(job);
  if (logged === undefined && (job.isUploaded || job.inputBytes > MAX_EMBEDDED || job.total > MAX_INPUTS)) {
    return uploadCommands(job, await ask(`${path}/inputs`), baseURL);
  }
  const body = logged ?? (await bodyOf(job, path));
  const note = logged === undefined ? 'Made from the inputs, since the log does not contain the request.' : undefined;
  const curl = [
    `curl ${quote(`${baseURL}/jobs`)} \\`,
    `  ${KEY} \\`,
    `  -H 'Content-Type: application/json' \\`,
    `  -d ${quote(JSON.stringify(body, undefined, 2))}`,
  ].join('\n');
  return { curl, javascript: program(baseURL, submitLine(body)), note };
}

/** Returns the body of the submit, if the log contains it whole. */
async function loggedBody(job) {
  const request = job.requests.find(
    ({ method, path, job: made }) => method === 'POST' && path === '/api/jobs' && made === job.id,
  );
  if (request === undefined || request.sent > MAX_EMBEDDED) {
    return undefined;
  }
  try {
    return JSON.parse((await ask(`/page/requests/${request.n}`)).body);
  } catch {
    return undefined;
  }
}

/** Returns a body that submits the same inputs. */
async function bodyOf(job, path) {
  /** @type {Record<string, Record<string, Uint8Array>>} */
  const sources = {};
  for (let from = 0; from < job.total; from += 25) {
    for (const { index, key, values } of await ask(`${path}/inputs?from=${from}`)) {
      sources[key] = {};
      for (const [at, { name }] of values.entries()) {
        const response = await fetch(`${path}/inputs/${index}/${at}`);
        sources[key][name] = new Uint8Array(await response.arrayBuffer());
      }
    }
  }
  const all = Object.values(sources).flatMap((values) => Object.values(values));
  const isText = all.every((data) => asText(data, false) !== undefined);
  const encode = (data) => (isText ? asText(data, false) : dataUrl(data));
  const encoded = Object.entries(sources).map(([key, values]) => [
    key,
    Object.fromEntries(Object.entries(values).map(([name, data]) => [name, encode(data)])),
  ]);
  return {
    model: { identifier: job.model, version: job.version },
    ...(job.explain ? { explain: true } : {}),
    ...(job.timeout === null ? {} : { timeout: job.timeout }),
    input: { type: isText ? 'text' : 'embedded', sources: Object.fromEntries(encoded) },
  };
}

function dataUrl(data) {
  let latin = '';
  for (const byte of data) {
    latin += String.fromCharCode(byte);
  }
  return `data:application/octet-stream;base64,${btoa(latin)}`;
}

/** JSON as a JavaScript expression within an argument list. */
const literal = (value) => JSON.stringify(value, undefined, 2);

function submitLine({ model, explain, timeout, input, ...others }) {
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

function program(baseURL, submit) {
  return [
    `import { ModzyClient } from 'modzy-client';`,
    '',
    `const client = new ModzyClient(${literal(baseURL)}, process.env.MODZY_API_KEY);`,
    `const receipt = ${submit}`,
    `const job = await client.blockUntilComplete(receipt);`,
    `console.log(job.status);`,
  ].join('\n');
}

/** A file name that any system accepts. */
const fileName = (key, name) => `${key}-${name}`.replaceAll(/[^\w.-]+/g, '_').slice(0, 80);

function uploadCommands(job, inputs, baseURL) {
  const open = {
    model: { identifier: job.model, version: job.version },
    ...(job.explain ? { explain: true } : {}),
    ...(job.timeout === null ? {} : { timeout: job.timeout }),
  };
  const chunks = inputs.flatMap(({ key, values }) =>
    values.map(({ name }) => {
      const url = `${baseURL}/jobs/$JOB/${encodeURIComponent(key)}/${encodeURIComponent(name)}`;
      return `curl "${url.replaceAll(/["`\\]/g, '\\$&')}" ${KEY} -F ${quote(`input=@${fileName(key, name)}`)}`;
    }),
  );
  const curl = [
    `# The response to this names the job; put its jobIdentifier into JOB.`,
    `curl ${quote(`${baseURL}/jobs`)} ${KEY} -H 'Content-Type: application/json' -d ${quote(JSON.stringify(open))}`,
    ...chunks,
    `curl -X POST "${baseURL}/jobs/$JOB/close" ${KEY}`,
  ].join('\n');
  const files = inputs.map(({ key, values }) => [
    key,
    Object.fromEntries(values.map(({ name }) => [name, `./${fileName(key, name)}`])),
  ]);
  const args = [literal(job.model), literal(job.version), literal(Object.fromEntries(files)), literal(job.explain)];
  if (job.timeout !== null) {
    args.push(`{ jobTimeout: ${literal(job.timeout)} }`);
  }
  const rest = job.total - inputs.length;
  return {
    curl,
    javascript: program(baseURL, `await client.submitJobFile(${args.join(', ')});`),
    note: `Download the inputs above into these files. With curl, a file that is larger than a chunk needs several.${rest > 0 ? ` The other ${rest} inputs are left out.` : ''}`,
  };
}
