'use strict';

// Lists the tags of the models, and the models with some of these tags.
//
//   MODZY_BASE_URL=… MODZY_API_KEY=… node examples/tags.js language_and_text audio

const { ModzyClient } = require('modzy-client');

async function main() {
  const modzyClient = ModzyClient.fromEnv();

  const all = await modzyClient.getAllTags();
  console.log(`${all.length} tags`);
  for (const { identifier, name, dataType } of all) {
    console.log(`  ${identifier}: ${name} (${dataType})`);
  }

  const wanted = process.argv.length > 2 ? process.argv.slice(2) : all.slice(0, 1).map(({ identifier }) => identifier);
  const { tags, models } = await modzyClient.getTagsAndModels(...wanted);
  console.log(`${models.length} models of ${tags.map(({ name }) => name).join(' or ') || 'no known tag'}`);
  for (const { identifier, name } of models) {
    console.log(`  ${identifier} ${name}`);
  }
}

main().catch((error) => {
  console.error(String(error));
  process.exitCode = 1;
});
