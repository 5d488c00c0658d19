'use strict';

// The rows of MIGRATING.md that take real time.

const { testTimedRows } = require('../support/migrating.js');

testTimedRows();
