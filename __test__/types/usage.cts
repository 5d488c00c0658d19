// The package in CommonJS.

import modzy = require('modzy-client');

export async function documented(): Promise<string> {
  const { ModzyClient } = modzy;
  const modzyClient: modzy.ModzyClient = new ModzyClient('https://app.modzy.com/api', 'a key');
  const job: modzy.Job = await modzyClient.blockUntilComplete(await modzyClient.getJob('id'));
  return job.identifier;
}
