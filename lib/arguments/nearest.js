'use strict';

// The known name that an unknown one probably means: by what other clients call it, or by its spelling.

/**
 * The names that other clients, and other methods of this one, have for an option, in lower case: what is nearest to it here, the
 * best first.
 *
 * @type {Record<string, readonly string[]>}
 */
const otherWords = {
  __proto__: /** @type {any} */ (null),
  // Limits of time
  timeout: ['waitTimeout', 'stepTimeout', 'pollInterval', 'requestTimeout', 'jobTimeout'],
  timeoutms: ['waitTimeout', 'stepTimeout', 'requestTimeout', 'jobTimeout'],
  deadline: ['waitTimeout', 'stepTimeout', 'requestTimeout'],
  maxwait: ['waitTimeout', 'stepTimeout'],
  maxtime: ['waitTimeout', 'stepTimeout', 'requestTimeout'],
  jobtimeout: ['waitTimeout', 'requestTimeout'],
  waittimeout: ['stepTimeout', 'jobTimeout', 'requestTimeout'],
  idletimeout: ['requestTimeout'],
  connectiontimeout: ['connectTimeout'],
  readtimeout: ['requestTimeout'],
  // Repetitions
  maxretries: ['retries', 'maxOutage'],
  retry: ['retries', 'maxOutage'],
  retrycount: ['retries', 'maxOutage'],
  retrylimit: ['retries', 'maxOutage'],
  attempts: ['retries', 'maxOutage'],
  maxattempts: ['retries', 'maxOutage'],
  retries: ['maxOutage'],
  maxoutage: ['retries'],
  interval: ['pollInterval'],
  pollinginterval: ['pollInterval'],
  pollingtimeout: ['pollInterval', 'waitTimeout'],
  delay: ['pollInterval'],
  // The server and the connections
  baseurl: ['url'],
  host: ['url'],
  endpoint: ['url'],
  apiurl: ['url'],
  server: ['url'],
  key: ['apiKey', 'tls.key'],
  token: ['apiKey', 'teamToken'],
  team: ['teamId'],
  agent: ['proxy', 'tls'],
  httpagent: ['proxy', 'maxSockets'],
  httpsagent: ['proxy', 'tls'],
  ca: ['tls', 'tls.ca'],
  cert: ['tls', 'tls.cert'],
  rejectunauthorized: ['tls', 'tls.ca'],
  strictssl: ['tls'],
  useragent: ['userAgent'],
  maxbodylength: ['maxResponseBytes'],
  maxcontentlength: ['maxResponseBytes'],
  maxbytes: ['maxResponseBytes'],
  // Logs
  log: ['logger', 'logging'],
  debug: ['logging', 'logger'],
  verbose: ['logging', 'logger'],
  loglevel: ['logging', 'logger'],
  // Calls
  abort: ['signal'],
  abortsignal: ['signal'],
  aborttoken: ['signal'],
  canceltoken: ['signal'],
  progress: ['onProgress', 'onUploadProgress', 'onDownloadProgress'],
  onprogress: ['onUploadProgress', 'onDownloadProgress'],
  onuploadprogress: ['onDownloadProgress', 'onProgress'],
  ondownloadprogress: ['onUploadProgress', 'onProgress'],
  onupdate: ['onProgress', 'onUploadProgress', 'onDownloadProgress'],
  onstatus: ['onProgress'],
  parallel: ['concurrency'],
  parallelism: ['concurrency'],
  maxconcurrency: ['concurrency'],
  batchsize: ['concurrency'],
  max: ['limit'],
  maxitems: ['limit'],
  count: ['limit', 'perPage'],
  pagesize: ['perPage', 'limit'],
};

/** The longest name that is compared by its letters. No name of ours is longer. */
const LONGEST = 32;

/** @param {string} name */
function plain(name) {
  return name.toLowerCase().replaceAll(/[_-]/g, '');
}

/**
 * Returns the known names that are nearest to another one: at most two, or none.
 *
 * @param {string} name
 * @param {readonly string[]} known
 * @returns {string[]}
 */
function nearest(name, known) {
  const given = plain(name);
  const same = known.filter((each) => plain(each) === given);
  if (same.length > 0) {
    return same;
  }
  const words = (otherWords[given] ?? []).filter((each) => known.includes(each));
  if (words.length > 0 || given.length > LONGEST) {
    return words.slice(0, 2);
  }
  const most = Math.max(1, Math.floor(given.length / 4));
  const steps = known.map((each) => distance(given, plain(each)));
  const least = Math.min(...steps);
  return least > most ? [] : known.filter((_, index) => steps[index] === least).slice(0, 2);
}

/**
 * Returns how many letters have to be added, removed, replaced or swapped with the next one to make one text of another.
 *
 * @param {string} one
 * @param {string} other
 */
function distance(one, other) {
  /** @type {number[]} */
  let beforeLast = [];
  let last = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (let row = 1; row <= one.length; row += 1) {
    const steps = [row];
    for (let at = 1; at <= other.length; at += 1) {
      const isSame = one[row - 1] === other[at - 1];
      const isSwapped = row > 1 && at > 1 && one[row - 1] === other[at - 2] && one[row - 2] === other[at - 1];
      steps.push(
        Math.min(
          (last[at] ?? 0) + 1,
          (steps[at - 1] ?? 0) + 1,
          (last[at - 1] ?? 0) + (isSame ? 0 : 1),
          isSwapped ? (beforeLast[at - 2] ?? 0) + 1 : Infinity,
        ),
      );
    }
    [beforeLast, last] = [last, steps];
  }
  return last[other.length] ?? 0;
}

module.exports = { nearest };
