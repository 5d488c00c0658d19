// Loggers and the messages of the diagnostics channels. Compiled by the tests under each way of resolving modules; never run.

import diagnostics from 'node:diagnostics_channel';
import { ModzyClient, type DiagnosticsMessages, type DiagnosticsRequest, type Logger } from 'modzy-client';
import pino from 'pino';
import winston from 'winston';

export const loggers: Logger[] = [
  console,
  pino(),
  winston.createLogger(),
  { warn: console.warn, error: null },
  { info: (message: string) => message.length, isLevelEnabled: (level) => level !== 'debug' },
];

export const clients: ModzyClient[] = [
  new ModzyClient('https://app.modzy.com/api', 'a key', { logger: console }),
  new ModzyClient({ apiKey: 'a key', logger: pino(), logging: 'on' }),
  ModzyClient.fromEnv({ logger: winston.createLogger() }),
  ModzyClient.fromEnv({ apiKey: 'a key' }),
  ModzyClient.fromEnv({ teamId: 'a team', teamToken: 'a token' }),
];

// @ts-expect-error: a logger has methods
export const text: Logger = 'console';
// @ts-expect-error: a method takes a line of text
export const numbers: Logger = { info: (line: number) => line };

function subscribe<Name extends keyof DiagnosticsMessages>(
  name: Name,
  listener: (message: DiagnosticsMessages[Name]) => void,
): void {
  diagnostics.subscribe(name, (message) => listener(message as DiagnosticsMessages[Name]));
}

export const spans = new WeakMap<DiagnosticsRequest, string>();

subscribe('modzy:request:start', ({ request }) => {
  request.headers['traceparent'] = 'a span';
  spans.set(request, request.method);
  // @ts-expect-error: the method is read-only
  request.method = 'another';
});
subscribe('modzy:request:retry', ({ request, attempt, error, delayMs }) => {
  console.warn(request.jobIdentifier?.length, attempt.toFixed(), error.message, delayMs.toFixed());
});
subscribe('modzy:request:end', ({ request, durationMs }) => console.log(spans.get(request), durationMs.toFixed()));
subscribe('modzy:request:error', ({ error }) => {
  console.error(error instanceof Error ? error.message : error);
});
subscribe('modzy:wait:poll', ({ jobIdentifier, polls, status, error, delayMs }) => {
  console.log(jobIdentifier.length, polls.toFixed(), status?.length, error?.message, delayMs?.toFixed());
});
// @ts-expect-error: no such channel
subscribe('modzy:request:finish', () => {});
