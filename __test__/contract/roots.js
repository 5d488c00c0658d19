'use strict';

// The root of all routes. A constructor of 1.x takes the root of the API, one of 2.x the root of the host.

const { JOB, get, job } = require('./wire.js');

/** A row about a root. Each has a client of its own. */
const rooted = (title, client, base, root) => ({
  title,
  call: (c) => c.getJob(JOB),
  client,
  base,
  asks: [{ ...get(`/jobs/${JOB}`), path: `${root}/jobs/${JOB}` }],
  answers: [job],
  gives: job,
});

/** The same for the class of a resource. */
const alone = (title, client, base, root) => ({ ...rooted(title, client, base, root), on: 'job' });

module.exports = [
  rooted('1.x: no path is the root of the host', 1, '', ''),
  rooted('1.x: a slash is the root of the host', 1, '/', ''),
  rooted('1.x: /api is the root', 1, '/api', '/api'),
  rooted('1.x: one slash after /api is dropped', 1, '/api/', '/api'),
  rooted('1.x: a prefix before /api stays encoded', 1, '/a%20prefix/api', '/a%20prefix/api'),
  rooted('1.x: another path stays without /api', 1, '/other', '/other'),
  alone('1.x, JobClient: one slash after /api is dropped', 1, '/api/', '/api'),
  alone('1.x, JobClient: another path stays without /api', 1, '/other', '/other'),
  rooted('2.x: no path gets /api', 2, '', '/api'),
  rooted('2.x: a slash gets /api', 2, '/', '/api'),
  rooted('2.x: /api stays', 2, '/api', '/api'),
  rooted('2.x: /api with a slash stays', 2, '/api/', '/api'),
  rooted('2.x: a prefix gets /api', 2, '/prefix', '/prefix/api'),
  rooted('2.x: a prefix with a slash gets /api', 2, '/prefix/', '/prefix/api'),
  rooted('2.x: a prefix with /api stays', 2, '/prefix/api', '/prefix/api'),
  rooted('2.x: a prefix with /api and a slash stays', 2, '/prefix/api/', '/prefix/api'),
  alone('2.x, JobClient: no path gets /api', 2, '', '/api'),
  alone('2.x, JobClient: a prefix with /api and a slash stays', 2, '/prefix/api/', '/prefix/api'),
];
