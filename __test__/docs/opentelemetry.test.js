'use strict';

// The spans of examples/opentelemetry.js in the OpenTelemetry SDK.

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const path = require('node:path');
const { afterEach, before, after, describe, it } = require('node:test');
const { promisify } = require('node:util');
const { SpanKind, SpanStatusCode, context, propagation, trace } = require('@opentelemetry/api');
const { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } = require('@opentelemetry/sdk-trace-node');
const { ModzyClient } = require('modzy-client');
const { traceModzy } = require('../../examples/opentelemetry.js');
const { useEmulator } = require('../support/emulator.js');

const JOB = '14856eb1-0ad8-49e7-9da3-887acb80fea5';
const SOURCES = { text: { 'input.txt': 'What a lovely day!' } };

describe('examples/opentelemetry.js', () => {
  const emulator = useEmulator({ submittedMs: 20, inProgressMs: 20 });
  const exporter = new InMemorySpanExporter();
  let provider;
  let stop;

  before(() => {
    provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
    provider.register();
    stop = traceModzy();
  });
  after(async () => {
    stop();
    await provider.shutdown();
    trace.disable();
    context.disable();
    propagation.disable();
  });
  afterEach(() => exporter.reset());

  const client = () => new ModzyClient({ url: emulator.url, apiKey: emulator.apiKey });
  const inSpan = (name, work) =>
    trace.getTracer('test').startActiveSpan(name, async (span) => {
      await work(span);
      span.end();
    });
  const spanOf = (name) => exporter.getFinishedSpans().find((span) => span.name === name);
  const traceparentOf = (span) => {
    const { traceId, spanId, traceFlags } = span.spanContext();
    return `00-${traceId}-${spanId}-0${traceFlags}`;
  };

  it('makes a span for each call, with the active span as its parent', async () => {
    let id;
    await inSpan('the whole', async () => {
      const receipt = await client().submitJobText('ed542963de', '1.0.1', SOURCES);
      id = receipt.jobIdentifier;
      await client().blockUntilComplete(receipt, { pollInterval: 5 });
    });
    const names = exporter.getFinishedSpans().map(({ name }) => name);
    assert.deepEqual(names, ['modzy submitJobText', 'modzy blockUntilComplete', 'the whole']);
    const [submit, wait, whole] = exporter.getFinishedSpans();
    for (const span of [submit, wait]) {
      assert.equal(span.parentSpanContext.spanId, whole.spanContext().spanId);
      assert.equal(span.spanContext().traceId, whole.spanContext().traceId);
      assert.equal(span.kind, SpanKind.CLIENT);
      assert.equal(span.status.code, SpanStatusCode.UNSET);
      assert.equal(span.attributes['server.address'], '127.0.0.1');
      assert.equal(span.attributes['modzy.job'], id);
    }
    assert.equal(submit.attributes['rpc.method'], 'submitJobText');
    assert.equal(wait.attributes['modzy.job.status'], 'COMPLETED');
    const polls = (await emulator.requests(`/api/jobs/${id}`)).length;
    assert.equal(wait.attributes['modzy.polls'], polls);
  });

  it('sends the span of each call to the server, with each request', async () => {
    await inSpan('the whole', async () => {
      const input = { 'input.txt': Buffer.from('What a lovely day!') };
      const receipt = await client().submitJobFile('ed542963de', '1.0.1', { a: input });
      await client().blockUntilResult(receipt, { pollInterval: 5 });
    });
    const requests = await emulator.requests();
    const sent = requests.map(({ headers }) => headers.traceparent);
    const [upload, wait] = ['modzy submitJobFile', 'modzy blockUntilResult'].map(spanOf).map(traceparentOf);
    assert.match(upload, /^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
    assert.notEqual(upload, wait);
    assert.deepEqual(sent, [...Array(4).fill(upload), ...Array(sent.length - 4).fill(wait)]);
    assert.ok(sent.length >= 6);
  });

  it('has separate spans for calls at the same time', async () => {
    await Promise.all(
      ['one', 'two', 'three'].map((name) =>
        inSpan(name, () =>
          client()
            .getJob(name, { retries: 0 })
            .catch(() => {}),
        ),
      ),
    );
    const spans = exporter.getFinishedSpans();
    for (const name of ['one', 'two', 'three']) {
      const parent = spanOf(name).spanContext();
      const call = spans.find(({ attributes }) => attributes['modzy.job'] === name);
      assert.equal(call.parentSpanContext.spanId, parent.spanId);
      const [{ headers }] = await emulator.requests(`/api/jobs/${name}`);
      assert.equal(headers.traceparent, traceparentOf(call));
    }
  });

  it('has events for retries, failed polls and errors', async () => {
    const fault = { method: 'GET', path: `/api/jobs/${JOB}`, times: 1, headers: { 'retry-after': '0' } };
    await emulator.fault({ ...fault, status: 429 });
    await client()
      .getJob(JOB)
      .catch(() => {});
    const call = spanOf('modzy getJob');
    assert.equal(call.status.code, SpanStatusCode.ERROR);
    assert.match(call.status.message, /^404 :: /);
    const [retry, exception] = call.events;
    const { 'delay.ms': delay, ...attributes } = retry.attributes;
    assert.deepEqual([retry.name, attributes], ['retry', { attempt: 1, failure: 429 }]);
    // The client adds up to a tenth to the delay of the server.
    assert.ok(delay >= 100 && delay <= 110, `${delay} ms`);
    assert.equal(exception.name, 'exception');
    assert.match(exception.attributes['exception.stacktrace'], /opentelemetry\.test\.js/);
    await emulator.fault({ ...fault, status: 503 });
    await emulator.answerJob(JOB, { status: 'COMPLETED' });
    await client().blockUntilComplete(JOB, { pollInterval: 5 });
    const { events } = spanOf('modzy blockUntilComplete');
    assert.deepEqual(
      events.map((event) => [event.name, event.attributes]),
      [['poll failed', { polls: 1, failure: 503 }]],
    );
  });

  it('prints its spans when it runs as a program', async () => {
    const env = { ...process.env, MODZY_BASE_URL: emulator.url, MODZY_API_KEY: emulator.apiKey };
    const example = path.resolve(__dirname, '../../examples/opentelemetry.js');
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [example, 'What a lovely day!'], { env });
    assert.equal(stderr, '');
    assert.deepEqual(
      stdout
        .replaceAll(/\d+ ms/g, '<n> ms')
        .trimEnd()
        .split('\n'),
      ['  modzy submitJobText: <n> ms', '  modzy blockUntilResult: <n> ms COMPLETED', 'sentiment of a text: <n> ms'],
    );
  });
});
