'use strict';

// A soak of the emulator's page: what a page that stays open in a real browser costs the emulator, and whether it grows itself.

const assert = require('node:assert/strict');
const { launch } = require('../../__test__/support/browser.js');
const { cpuOf, load, memoryOf, requester, startMeasured } = require('../../__test__/support/load.js');

/** The most that the emulator's memory and the heap of the page may rise after the warm-up, in bytes. */
const limits = { memory: 20e6, heap: 10e6 };

/** In shorter soaks, in seconds, the jobs and the log of the emulator are not full, and grow with the requests, page or not. */
const FULL = 600;

/** The most elements of the page: what it shows does not depend on how many requests there were. */
const MOST_ELEMENTS = 2000;

/** In how many parts the page is measured. The first is its warm-up. */
const PARTS = 6;

/**
 * Makes requests with a page, and without one for a sixth of that time before and after it, because the emulator does more when its
 * jobs and its log are full. Checks the figures and returns them.
 *
 * @param {{ seconds: number, rate: number, cost: number, log?: (line: string) => void }} settings `cost` is the most of a core that an
 *   open page may take.
 */
async function soakPage({ seconds, rate, cost, log = () => {} }) {
  const { emulator, pid } = await startMeasured();
  const browser = await launch();
  try {
    const requests = requester(emulator);
    let total = 0;
    /** Returns which share of a core the emulator takes while there are requests. */
    async function share() {
      const [cpu, began] = [cpuOf(pid), performance.now()];
      total += await load(requests, { seconds: seconds / PARTS, rate });
      return (1000 * (cpuOf(pid) - cpu)) / (performance.now() - began);
    }
    const before = await share();
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    const session = await page.context().newCDPSession(page);
    await session.send('Performance.enable');
    await page.goto(`${emulator.url}/#/requests`);
    const parts = [];
    for (let part = 0; part < PARTS; part += 1) {
      const used = await share();
      await session.send('HeapProfiler.collectGarbage');
      const { metrics } = await session.send('Performance.getMetrics');
      const metric = (name) => metrics.find((one) => one.name === name)?.value ?? NaN;
      const elements = await page.evaluate(() => document.querySelectorAll('*').length);
      parts.push({ used, memory: memoryOf(pid), heap: metric('JSHeapUsedSize'), nodes: metric('Nodes'), elements });
      log(JSON.stringify(parts.at(-1)));
    }
    const counted = `1,000 of 1,000 requests · ${(total - 1000).toLocaleString('en')} earlier`;
    await page.getByText(counted).waitFor();
    await page.close();
    const after = await share();
    log(JSON.stringify({ before, after }));
    requests.close();
    const [warm, ...others] = parts;
    const used = others.reduce((sum, part) => sum + part.used, 0) / others.length;
    const last = others.at(-1) ?? warm;
    const figures = {
      total,
      cost: used - (before + after) / 2,
      memory: last.memory - warm.memory,
      heap: last.heap - warm.heap,
      elements: Math.max(...parts.map(({ elements }) => elements)),
    };
    log(JSON.stringify(figures));
    assert.ok(figures.cost <= cost, `an open page costs ${figures.cost} of a core`);
    assert.ok(seconds < FULL || figures.memory <= limits.memory, `the emulator grows by ${figures.memory} bytes`);
    assert.ok(figures.heap <= limits.heap, `the page grows by ${figures.heap} bytes`);
    assert.ok(figures.elements <= MOST_ELEMENTS, `the page has ${figures.elements} elements`);
    return figures;
  } finally {
    await browser.close();
    await emulator.stop();
  }
}

module.exports = { soakPage };
