'use strict';

// A process of its own for one measurement: takes the measure, the case and the server's root, and prints the figures.

async function main() {
  const [measure, given, baseURL] = process.argv.slice(2);
  const point = JSON.parse(given);
  const { run } = require(`./measures/${measure}.js`);
  // Loaded when it is asked for: what a package takes to load is measured, too.
  const connect = () => require('./clients.js').clients[point.client](baseURL);
  const figures = await run(connect, point);
  process.stdout.write(`${JSON.stringify(figures)}\n`, () => process.exit());
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
