'use strict';

// Takes one measurement in a separate process. Its arguments are the measure, the case and the server's root; it prints the figures.

async function main() {
  const [measure, given, baseURL] = process.argv.slice(2);
  const point = JSON.parse(given);
  const { run } = require(`./measures/${measure}.js`);
  // Loads a package only when the measure connects, since the time to load it is measured too.
  const connect = (settings) => require('./clients.js').clients[point.client](baseURL, settings);
  const figures = await run(connect, point);
  process.stdout.write(`${JSON.stringify(figures)}\n`, () => process.exit());
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
