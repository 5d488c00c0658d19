'use strict';

// Lists the jobs of the last days, newest first, and counts them by status.
//
//   MODZY_BASE_URL=… MODZY_API_KEY=… node examples/history.js --days 30 --status terminated --model Sentiment
//   MODZY_BASE_URL=… MODZY_API_KEY=… node examples/history.js --job 14856eb1-0ad8-49e7-9da3-887acb80fea5

const { parseArgs } = require('node:util');
const { ModzyClient } = require('modzy-client');

const DAY = 24 * 60 * 60 * 1000;
const PER_PAGE = 100;

/** Yields all jobs since a date, page by page, until a page is not full. */
async function jobsSince(modzyClient, startDate, model, status) {
  const jobs = [];
  for (let page = 1; ; page++) {
    const [user, accessKey, endDate] = [null, null, null];
    const found = await modzyClient.getJobHistory(
      user,
      accessKey,
      startDate,
      endDate,
      model,
      status,
      page,
      PER_PAGE,
      'DESC',
      'createdAt',
    );
    jobs.push(...found);
    if (found.length < PER_PAGE) {
      return jobs;
    }
  }
}

async function main() {
  const { values } = parseArgs({
    options: {
      days: { type: 'string', default: '7' },
      status: { type: 'string', default: 'all' },
      model: { type: 'string' },
      job: { type: 'string', multiple: true },
    },
  });
  const { days, status, model = null, job } = values;
  const modzyClient = ModzyClient.fromEnv();

  // Identifiers of jobs in place of the model's name fetch these jobs only.
  const jobs = job
    ? await modzyClient.getJobHistory(null, null, null, null, job)
    : await jobsSince(modzyClient, new Date(Date.now() - Number(days) * DAY), model, status);

  const counts = new Map();
  for (const { jobIdentifier, createdAt, status: now, completed, total, model: of } of jobs) {
    console.log(`${createdAt}  ${jobIdentifier}  ${now.padEnd(11)}  ${completed}/${total}  ${of.name} ${of.version}`);
    counts.set(now, (counts.get(now) ?? 0) + 1);
  }
  console.log([`${jobs.length} jobs`, ...Array.from(counts, ([name, count]) => `${name} ${count}`)].join(', '));
}

main().catch((error) => {
  console.error(String(error));
  process.exitCode = 1;
});
