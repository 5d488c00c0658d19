'use strict';

// The short form of `npm run soak`.

const assert = require('node:assert/strict');
const { once } = require('node:events');
const http = require('node:http');
const { describe, it } = require('node:test');
const { setTimeout: sleep } = require('node:timers/promises');
const { Gateway } = require('../../../dev/soak/gateway.js');
const { soakPage } = require('../../../dev/soak/page.js');
const { Random } = require('../../../dev/soak/random.js');
const { soak } = require('../../../dev/soak/run.js');
const { slope, slopeOfFloor } = require('../../../dev/soak/slope.js');
const { transfers } = require('../../../dev/soak/transfers.js');
const { noBrowser } = require('../../support/browser.js');
const { useEmulator } = require('../../support/emulator.js');

const seed = Date.now() % 1_000_000;

describe(`a soak (seed ${seed})`, () => {
  const emulator = useEmulator();

  it('of mixed calls with faults leaves no descriptor, listener, call or process behind', async (t) => {
    // The soak itself has the assertions.
    const { calls, requests, share, outcomes, slopes } = await soak({ seconds: 5, rate: 30, seed });
    t.diagnostic(
      `${calls} calls, ${requests} requests, ${(share * 100).toFixed(1)} % faults, ${JSON.stringify(slopes)}`,
    );
    const names = new Set(Object.values(outcomes).flatMap(Object.keys));
    assert.ok(names.has('done') && names.has('TimeoutError'), [...names].join(', '));
    assert.ok(share > 0.02 && share < 0.1, `${share} of the requests met a fault`);
  });

  it('of calls in a process that is stopped at times loses no submit and no response', async (t) => {
    const { calls, frozen, packed, maybes } = await soak({ seconds: 12, rate: 30, seed, freezes: true });
    t.diagnostic(`${calls} calls, ${JSON.stringify(frozen)}, ${packed} packed, ${maybes.length} maybes`);
    assert.ok(frozen.longest >= 300, `${frozen.longest} ms`);
  });

  it('uploads each byte from each kind of source', async () => {
    const { kinds } = await transfers({ bytes: 20_000_003, seed });
    assert.equal(kinds, 8);
  });

  const noPage = noBrowser || (process.platform !== 'linux' && 'reads /proc');
  it('of a page that stays open costs the emulator little, and the page does not grow', { skip: noPage }, async (t) => {
    // Not optimized, and measured for seconds. The limit of `npm run soak -- --page` is 2 %.
    const { total, cost, heap } = await soakPage({ seconds: 18, rate: 1000, cost: 0.1 });
    t.diagnostic(`${total} requests, ${(100 * cost).toFixed(1)} % of a core, ${heap} bytes more in the page`);
  });

  it('detects a response that had long arrived when its connection was closed', async (t) => {
    const gateway = await new Gateway(emulator.baseURL, new Random(seed)).start();
    t.after(() => gateway.stop());
    const headers = { authorization: `ApiKey ${emulator.apiKey}`, 'content-type': 'application/json' };
    for (const [name, ms] of [
      ['submit-1', 1500],
      ['submit-2', 0],
    ]) {
      const agent = new http.Agent({ keepAlive: true });
      const request = http.request(`${gateway.baseURL}/jobs`, { method: 'POST', headers, agent });
      const model = { identifier: 'ed542963de', version: '1.0.1' };
      request.end(JSON.stringify({ model, input: { type: 'text', sources: { [name]: { 'input.txt': 'x' } } } }));
      const [response] = await once(request, 'response');
      await once(response.resume(), 'end');
      await sleep(ms);
      agent.destroy();
      while (!gateway.closed.has(name)) {
        await sleep(10);
      }
      assert.deepEqual([gateway.seen.has(name), gateway.hadAnswered(name, 1000)], [true, ms > 1000]);
    }
  });

  it('detects a figure that rises', () => {
    const points = Array.from({ length: 60 }, (_, at) => [at, 1000 + 3 * at + (at % 2)]);
    assert.ok(Math.abs(slope(points) - 3) < 0.01);
    // Peaks above a floor are not growth, and do not hide it.
    const peaks = (rise) => points.map(([at]) => [at, 1000 + rise * at + (at % 2 === 0 ? 0 : 10 * at)]);
    assert.ok(Math.abs(slopeOfFloor(peaks(0))) < 0.01);
    assert.ok(Math.abs(slopeOfFloor(peaks(3)) - 3) < 0.1);
    // What the busiest moment has taken is not growth, and does not hide it.
    const step = (rise) => points.map(([at]) => [at, 1000 + rise * at + (at < 10 ? 0 : 500)]);
    assert.equal(slopeOfFloor(step(0)), 0);
    assert.ok(Math.abs(slopeOfFloor(step(3)) - 3) < 0.1);
  });
});
