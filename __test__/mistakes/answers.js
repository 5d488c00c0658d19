'use strict';

// Mistakes that only an answer shows: what the server sends, the call, and the message. `<url>` is the root of the
// host.

const JOB = 'j';
const WHOLE_KEY = 'aPrefix.aSecretBody';
const TEXTS = { first: { 'input.txt': 'What a lovely day!' } };
const html = (body, status = 200, type = 'text/html; charset=utf-8') => ({
  status,
  body,
  headers: { 'content-type': type },
});
const json = (status, message) => ({ status, body: { statusCode: status, message } });
const login = html('<!DOCTYPE html>\n<html><head><title>Sign in\n to Modzy</title></head><body>…</body></html>');
const moved = (location) => ({ status: 301, headers: { location }, body: '' });
const NO_API = 'the base URL <url> does not end with /api, where the routes of Modzy are';

/** Rows: title, base path, key, answer to each request, call, message. */
module.exports = [
  ['a root without /api', '', WHOLE_KEY, json(404, 'no such route'), (c) => c.getJob(JOB), `no such route; ${NO_API}`],
  [
    'a root without /api, and a page',
    '',
    WHOLE_KEY,
    html('<h1>Not Found</h1>', 404),
    (c) => c.getModels(),
    `the server answered 404 Not Found; ${NO_API}`,
  ],
  [
    'a root with /api twice',
    '/api/api',
    WHOLE_KEY,
    json(404, 'no such route'),
    (c) => c.getJob(JOB),
    'no such route; the base URL <url>/api/api has /api twice',
  ],
  ['a right root, and no job', '/api', WHOLE_KEY, json(404, 'no such job'), (c) => c.getJob(JOB), 'no such job'],
  [
    'a login page',
    '/api',
    WHOLE_KEY,
    login,
    (c) => c.getModels(),
    'the answer is not JSON (status 200), but text/html that begins "Sign in to Modzy"',
  ],
  [
    'a login page at the root',
    '',
    WHOLE_KEY,
    login,
    (c) => c.getModels(),
    `the answer is not JSON (status 200), but text/html that begins "Sign in to Modzy"; ${NO_API}`,
  ],
  [
    'a login page that echoes the key',
    '/api',
    WHOLE_KEY,
    html(`<p>Hello ${WHOLE_KEY} of Modzy`),
    (c) => c.getModels(),
    /^the answer is not JSON \(status 200\), but text\/html that begins "Hello \*+ of Modzy"$/,
  ],
  [
    'a login page in place of a receipt',
    '/api',
    WHOLE_KEY,
    login,
    (c) => c.submitJobText('m', 'v', TEXTS),
    'the answer is not JSON (status 200), but text/html that begins "Sign in to Modzy"; the server may have accepted the request, so it was not sent again',
  ],
  [
    'plain text',
    '/api',
    WHOLE_KEY,
    html('maintenance until noon', 200, 'text/plain'),
    (c) => c.getFeatures(),
    'the answer is not JSON (status 200), but text/plain that begins "maintenance until noon"',
  ],
  [
    'a redirect',
    '/api',
    WHOLE_KEY,
    moved('https://login.example/start?token=secret#x'),
    (c) => c.getJob(JOB),
    'the server answered 301 Moved Permanently, which leads to https://login.example/start; redirects are not followed',
  ],
  [
    'a redirect within the host',
    '',
    WHOLE_KEY,
    moved('/ui/'),
    (c) => c.getJob(JOB),
    `the server answered 301 Moved Permanently, which leads to <url>/ui/; redirects are not followed; ${NO_API}`,
  ],
  [
    'a redirect to no URL',
    '/api',
    WHOLE_KEY,
    { status: 302, body: '' },
    (c) => c.getJob(JOB),
    'the server answered 302 Found; redirects are not followed',
  ],
  [
    'a key without a dot',
    '/api',
    'aPrefixAlone',
    json(401, 'the key is not active'),
    (c) => c.getJob(JOB),
    'the key is not active; the API key has no dot, but a whole key is <prefix>.<body>',
  ],
  [
    'a key without a dot, refused by a gateway',
    '/api',
    'aPrefixAlone',
    html('', 403),
    (c) => c.getJob(JOB),
    'the server answered 403 Forbidden; the API key has no dot, but a whole key is <prefix>.<body>',
  ],
  [
    'a whole key that is refused',
    '/api',
    WHOLE_KEY,
    json(401, 'the key is not active'),
    (c) => c.getJob(JOB),
    'the key is not active',
  ],
  [
    'a text that is too large',
    '/api',
    WHOLE_KEY,
    html('<h1>413', 413),
    (c) => c.submitJobText('m', 'v', TEXTS),
    'the server answered 413 Payload Too Large; upload it with submitJobFile instead',
  ],
  [
    'embedded bytes that are too large',
    '/api',
    WHOLE_KEY,
    html('<h1>413', 413),
    (c) => c.submitJobEmbedded('m', 'v', 'a/b', { a: { b: 'x' } }),
    'the server answered 413 Payload Too Large; upload it with submitJobFile instead',
  ],
  [
    'a text that is too large, as the server says',
    '/api',
    WHOLE_KEY,
    json(413, 'at most 1 MB'),
    (c) => c.submitJobText('m', 'v', TEXTS),
    'at most 1 MB',
  ],
];
