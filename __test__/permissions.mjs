// The permissions that Deno needs, as the README lists them. Nothing listens at the port.

import { ModzyClient } from 'modzy-client';

const client = new ModzyClient('http://127.0.0.1:9/api', 'aPrefix.aSecretBody', { retries: 0, proxy: false });
const outcome = await client.getAllModels().catch((error) => error);
if (outcome.name !== 'ConnectionError' || outcome.phase !== 'connect') {
  throw new Error('the request was not made', { cause: outcome });
}
console.log('permissions');
