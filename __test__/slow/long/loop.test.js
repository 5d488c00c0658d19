'use strict';

// The event loop while fifty thousand calls begin and end at once.

const assert = require('node:assert/strict');
const { describe, it } = require('node:test');
const { LATEST, assertHoldsLittle, whyNotTimed } = require('../../support/batch-starts.js');
const { useEmulator } = require('../../support/emulator.js');

describe('the event loop', () => {
  const emulator = useEmulator();

  it(
    'is blocked for 10 ms at most by a batch of 50000 jobs, whose signal ends it before their first polls',
    { skip: whyNotTimed },
    async (t) => {
      const { error, elapsed } = await assertHoldsLittle(t, emulator, 50_000, { isEarly: true });
      assert.equal(error, 'AbortError');
      assert.ok(elapsed < LATEST, `${elapsed} ms`);
    },
  );
});
