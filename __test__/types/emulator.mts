// A test that a user writes with an emulator.

import emulators, {
  startEmulator,
  type Emulator,
  type EmulatorOptions,
  type Fault,
  type RecordedRequest,
} from 'modzy-emulator';
import { ModzyClient } from 'modzy-client';

const limits: EmulatorOptions = { maxFinishedJobs: 100, maxJobBytes: 1_000_000, maxModelBytes: 1_000_000 };
const options: EmulatorOptions = {
  ...limits,
  submittedMs: 0,
  inProgressMs: 0,
  apiKey: undefined,
  chunkSize: '64Ki',
  page: true,
};

export async function example(): Promise<number> {
  const emulator: Emulator = await startEmulator(options);
  const client = new ModzyClient(emulator.baseURL, emulator.apiKey);
  const fault: Fault = { method: 'GET', path: '/api/jobs/*', times: 1, connection: 'cut' };
  await emulator.fault(fault);
  await client.getJobHistory({ perPage: 1 });
  const requests: RecordedRequest[] = await emulator.requests();
  await emulator.clearFaults();
  await emulator.close();
  const optional: (string | undefined)[] = [emulator.restrictedKey, emulator.pageURL];
  return requests.length + optional.length;
}

export const sameFunction: typeof startEmulator = emulators.startEmulator;

// @ts-expect-error There is no such option.
void startEmulator({ submitted: 1 });
// @ts-expect-error There is no such connection fault.
const wrong: Fault = { connection: 'broken' };
void wrong;
