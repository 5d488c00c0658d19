'use strict';

// The roots of the routes: 1.x takes the API's own root as it is, 2.x the host's, in all the forms that users arrive with.

const { JOB, get, job } = require('./wire.js');

/** A row about a root, for which a client of its own is made. */
const rooted = (client, base, root) => ({
  call: (c) => c.getJob(JOB),
  client,
  base,
  asks: [{ ...get(`/jobs/${JOB}`), path: `${root}/jobs/${JOB}` }],
  answers: [job],
  gives: job,
});

/** The same for a class beside the facade. */
const alone = (client, base, root) => ({ ...rooted(client, base, root), on: 'job' });

module.exports = [
  rooted(1, '', ''),
  rooted(1, '/', ''),
  rooted(1, '/api', '/api'),
  rooted(1, '/api/', '/api'),
  rooted(1, '/a%20prefix/api', '/a%20prefix/api'),
  rooted(1, '/other', '/other'),
  alone(1, '/api/', '/api'),
  alone(1, '/other', '/other'),
  rooted(2, '', '/api'),
  rooted(2, '/', '/api'),
  rooted(2, '/api', '/api'),
  rooted(2, '/api/', '/api'),
  rooted(2, '/prefix', '/prefix/api'),
  rooted(2, '/prefix/', '/prefix/api'),
  rooted(2, '/prefix/api', '/prefix/api'),
  rooted(2, '/prefix/api/', '/prefix/api'),
  alone(2, '', '/api'),
  alone(2, '/prefix/api/', '/prefix/api'),
];
