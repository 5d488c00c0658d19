'use strict';

// The event loop beside fifty thousand calls that begin at once.

const { describe, it } = require('node:test');
const { assertHoldsLittle, whyNotTimed } = require('../../support/batch-starts.js');
const { useEmulator } = require('../../support/emulator.js');

describe('the event loop', () => {
  const emulator = useEmulator();

  it('is held for 10 ms at most by a batch that starts 50000 jobs, and that is left', { skip: whyNotTimed }, (t) =>
    assertHoldsLittle(t, emulator, 50_000),
  );
});
