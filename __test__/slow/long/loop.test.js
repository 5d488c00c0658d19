'use strict';

// The event loop while fifty thousand calls begin at once.

const { describe, it } = require('node:test');
const { assertHoldsLittle, whyNotTimed } = require('../../support/batch-starts.js');
const { useEmulator } = require('../../support/emulator.js');

describe('the event loop', () => {
  const emulator = useEmulator();

  it(
    'is blocked for 10 ms at most by a batch of 50000 jobs that starts, and for 20 ms by its end',
    { skip: whyNotTimed },
    (t) => assertHoldsLittle(t, emulator, 50_000),
  );
});
