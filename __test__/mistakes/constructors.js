'use strict';

// Mistakes in the arguments of constructors: what is created, and the message. `modzy` is the package, `env` the environment.

const KEY = 'aPrefix.aSecretBody';
const URL_OF_API = 'https://app.modzy.com/api';
const INIT = 'Cannot initialize the modzy client: ';
const OPTIONS =
  'its options are connectTimeout, headers, idleTimeout, logger, maxResponseBytes, maxSockets, polling, proxy, requestTimeout, retries, retryBudget, tls, transport and userAgent';
const WAYS =
  'write new ModzyClient(baseURL, apiKey, options), new ModzyClient({ apiKey, url, ...options }) or ModzyClient.fromEnv(options)';
const NOT_EMPTY = 'should be a valid not empty string';
const PEM =
  'should be a text in PEM, not the path of a file: read the file first, for example with fs.readFileSync(path)';
const QUOTES = 'should be given without the quotation marks around it, which some readers of .env files keep';

module.exports = [
  ['no arguments', (m) => new m.ModzyClient(), `${INIT}the baseURL param ${NOT_EMPTY}; ${WAYS}`],
  [
    'two unset variables',
    (m) => new m.ModzyClient(undefined, undefined),
    `${INIT}the baseURL param ${NOT_EMPTY}; ${WAYS}`,
  ],
  ['an unset key', (m) => new m.ModzyClient(URL_OF_API, undefined), `${INIT}the apiKey param ${NOT_EMPTY}`],
  ['an unset URL', (m) => new m.ModzyClient(undefined, KEY), `${INIT}the baseURL param ${NOT_EMPTY}`],
  [
    'a promise of a key',
    (m) => new m.ModzyClient(URL_OF_API, Promise.resolve(KEY)),
    `${INIT}the apiKey param ${NOT_EMPTY}, not a promise: await it first`,
  ],
  [
    'a URL in place of its text',
    (m) => new m.ModzyClient({ url: new URL(URL_OF_API), apiKey: KEY }),
    `${INIT}the url param ${NOT_EMPTY}, not a URL: pass url.href`,
  ],
  ['an empty object', (m) => new m.ModzyClient({}), `${INIT}the apiKey param ${NOT_EMPTY}`],
  ['apikey', (m) => new m.ModzyClient({ url: URL_OF_API, apikey: KEY }), 'the client has no option apikey; use apiKey'],
  ['APIKEY', (m) => new m.ModzyClient({ APIKEY: KEY }), 'the client has no option APIKEY; use apiKey'],
  ['api_key', (m) => new m.ModzyClient({ api_key: KEY }), 'the client has no option api_key; use apiKey'],
  ['key', (m) => new m.ModzyClient({ key: KEY }), 'the client has no option key; use apiKey'],
  [
    'baseURL in an object',
    (m) => new m.ModzyClient({ baseURL: URL_OF_API, apiKey: KEY }),
    'the client has no option baseURL; use url',
  ],
  ['host', (m) => new m.ModzyClient({ host: URL_OF_API, apiKey: KEY }), 'the client has no option host; use url'],
  ['teamid', (m) => new m.ModzyClient({ teamid: 'a', teamToken: 'b' }), 'the client has no option teamid; use teamId'],
  [
    'timeout of a client',
    (m) => new m.ModzyClient(URL_OF_API, KEY, { timeout: 5 }),
    'the client has no option timeout; use requestTimeout',
  ],
  [
    'maxRetries of a client',
    (m) => new m.ModzyClient(URL_OF_API, KEY, { maxRetries: 5 }),
    'the client has no option maxRetries; use retries',
  ],
  [
    'httpsAgent',
    (m) => new m.ModzyClient(URL_OF_API, KEY, { httpsAgent: {} }),
    'the client has no option httpsAgent; use proxy or tls',
  ],
  [
    'rejectUnauthorized',
    (m) => new m.ModzyClient(URL_OF_API, KEY, { rejectUnauthorized: false }),
    'the client has no option rejectUnauthorized; use tls',
  ],
  [
    'rejectUnauthorized in tls',
    (m) => new m.ModzyClient(URL_OF_API, KEY, { tls: { rejectUnauthorized: false } }),
    'the client has no option tls.rejectUnauthorized; use tls.ca',
  ],
  [
    'an option like none',
    (m) => new m.ModzyClient(URL_OF_API, KEY, { foo: 1 }),
    `the client has no option foo; ${OPTIONS}`,
  ],
  [
    'an option of waits',
    (m) => new m.ModzyClient(URL_OF_API, KEY, { pollInterval: 5 }),
    `the client has no option pollInterval, which belongs to blockUntilComplete, blockUntilResult, blockUntilAllComplete, jobsAsCompleted, watchJob, updateProcessingEngines, deployModel, waitForImage, waitForTest, waitForEngines and run; ${OPTIONS}`,
  ],
  [
    'url in the options of the form of 1.x',
    (m) => new m.ModzyClient(URL_OF_API, KEY, { url: URL_OF_API }),
    `the client has no option url, which belongs to new ModzyClient({ … }); ${OPTIONS}`,
  ],
  [
    'options that are a number',
    (m) => new m.ModzyClient(URL_OF_API, KEY, 5),
    'the client: the options should be a plain object',
  ],
  [
    'both forms',
    (m) => new m.ModzyClient({ apiKey: KEY }, KEY),
    'the client takes (baseURL, apiKey, options) or ({ apiKey, url, ...options }), but not both',
  ],
  [
    'swapped arguments',
    (m) => new m.ModzyClient(KEY, URL_OF_API),
    `${INIT}baseURL and apiKey are swapped; write new ModzyClient(baseURL, apiKey)`,
  ],
  [
    'swapped members',
    (m) => new m.ModzyClient({ apiKey: URL_OF_API, url: KEY }),
    `${INIT}url and apiKey are swapped; write new ModzyClient({ apiKey, url })`,
  ],
  [
    'a URL as the only key',
    (m) => new m.ModzyClient({ apiKey: URL_OF_API }),
    `${INIT}url and apiKey are swapped; write new ModzyClient({ apiKey, url })`,
  ],
  ['a key in quotation marks', (m) => new m.ModzyClient(URL_OF_API, `"${KEY}"`), `${INIT}the apiKey param ${QUOTES}`],
  [
    'a URL in quotation marks',
    (m) => new m.ModzyClient({ url: `'${URL_OF_API}'`, apiKey: KEY }),
    `${INIT}the url param ${QUOTES}`,
  ],
  [
    'a token in quotation marks',
    (m) => new m.ModzyClient({ teamId: 'a', teamToken: '`b`' }),
    `${INIT}the teamToken param ${QUOTES}`,
  ],
  [
    'ApiKey before the key',
    (m) => new m.ModzyClient(URL_OF_API, `ApiKey ${KEY}`),
    `${INIT}the apiKey param should be given without "ApiKey ", which the client adds`,
  ],
  [
    'apikey before the key',
    (m) => new m.ModzyClient({ apiKey: `apikey ${KEY}` }),
    `${INIT}the apiKey param should be given without "ApiKey ", which the client adds`,
  ],
  [
    'Bearer before the token',
    (m) => new m.ModzyClient({ teamId: 'a', teamToken: 'Bearer b' }),
    `${INIT}the teamToken param should be given without "Bearer ", which the client adds`,
  ],
  [
    'a key and a team',
    (m) => new m.ModzyClient({ apiKey: KEY, teamId: 'a', teamToken: 'b' }),
    `${INIT}it takes apiKey, or teamId and teamToken, but not both`,
  ],
  ['a team without a token', (m) => new m.ModzyClient({ teamId: 'a' }), `${INIT}the teamToken param ${NOT_EMPTY}`],
  [
    'a URL without a scheme',
    (m) => new m.ModzyClient('app.modzy.com', KEY),
    `${INIT}baseURL is not an absolute http or https URL: relative URL without a base`,
  ],
  [
    'a URL with another scheme',
    (m) => new m.ModzyClient('ftp://app.modzy.com', KEY),
    `${INIT}baseURL must start with http:// or https://`,
  ],
  [
    'a URL with a query',
    (m) => new m.ModzyClient({ url: 'https://h.example?a=b', apiKey: KEY }),
    `${INIT}url must not have a query or a fragment`,
  ],
  [
    'a key of two lines',
    (m) => new m.ModzyClient(URL_OF_API, `${KEY}\n`),
    `${INIT}apiKey must hold visible ASCII characters only, as a header carries it`,
  ],
  [
    'a path as tls.ca',
    (m) => new m.ModzyClient(URL_OF_API, KEY, { tls: { ca: '/etc/ssl/ca.pem' } }),
    `${INIT}the tls.ca param ${PEM}`,
  ],
  [
    'paths as tls.ca',
    (m) => new m.ModzyClient(URL_OF_API, KEY, { tls: { ca: ['./ca.pem'] } }),
    `${INIT}the tls.ca param ${PEM}`,
  ],
  [
    'a path as tls.key',
    (m) => new m.ModzyClient(URL_OF_API, KEY, { tls: { cert: '-----BEGIN', key: './key.pem' } }),
    `${INIT}the tls.key param ${PEM}`,
  ],
  [
    'a cert without its key',
    (m) => new m.ModzyClient(URL_OF_API, KEY, { tls: { cert: '-----BEGIN' } }),
    'the client: tls.cert needs tls.key beside it',
  ],
  [
    'seconds as text',
    (m) => new m.ModzyClient(URL_OF_API, KEY, { requestTimeout: '60' }),
    `${INIT}the requestTimeout param should be a number of milliseconds, 1 or more`,
  ],
  [
    'no sockets',
    (m) => new m.ModzyClient(URL_OF_API, KEY, { maxSockets: 0 }),
    `${INIT}the maxSockets param should be a whole number, 1 or more`,
  ],
  [
    'headers that are a Map',
    (m) => new m.ModzyClient(URL_OF_API, KEY, { headers: new Map() }),
    `${INIT}the headers param should be an object of strings`,
  ],
  [
    'the name of a logger',
    (m) => new m.ModzyClient(URL_OF_API, KEY, { logger: 'console' }),
    `${INIT}the logger param should be an object with one or more of the methods debug, info, warn and error`,
  ],
  [
    'logging: true',
    (m) => new m.ModzyClient({ apiKey: KEY, logging: true }),
    `${INIT}the logging param should be "off" or "on" or "verbose"`,
  ],
  [
    'fromEnv without a key',
    (m) => m.ModzyClient.fromEnv(),
    `${INIT}the environment variable MODZY_API_KEY is not set; set it, or pass { apiKey }`,
  ],
  [
    'fromEnv with a misspelled key',
    (m) => m.ModzyClient.fromEnv({ apikey: KEY }),
    'the client has no option apikey; use apiKey',
  ],
  ['a JobClient without arguments', (m) => new m.JobClient(), `${INIT}the baseURL param ${NOT_EMPTY}; ${WAYS}`],
];
