'use strict';

// Rows of the contract for a client of 2.x.

const { get } = require('../contract/wire.js');

/** A row about one read. */
const reads = (title, call, route, answer, more) => ({
  title,
  call,
  client: 2,
  asks: [get(route)],
  answers: [answer],
  gives: answer,
  ...more,
});

/** A row about an argument of the wrong type. */
const refused = (title, call, message) => ({ title, call, client: 2, asks: [], fails: { of: 'TypeError', message } });

module.exports = { reads, refused };
