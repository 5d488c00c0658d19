'use strict';

// Creates OpenTelemetry spans from the diagnostics channels of the client, and propagates their context to the server.
//
//   MODZY_BASE_URL=… MODZY_API_KEY=… node examples/opentelemetry.js "What a lovely day!"
//
// Needs @opentelemetry/api and @opentelemetry/sdk-trace-node. This program keeps the spans in memory and prints them at the end. Use
// an exporter instead in your programs; `traceModzy` needs no changes.

const diagnostics = require('node:diagnostics_channel');
const { SpanKind, SpanStatusCode, context, propagation, trace } = require('@opentelemetry/api');
const { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } = require('@opentelemetry/sdk-trace-node');
const { ModzyClient, isFinalStatus } = require('modzy-client');

const MODEL = 'ed542963de';
const VERSION = '1.0.1';

/**
 * Creates a span for every call that begins from now on, in this thread.
 *
 * @returns {() => void} Stops the tracing.
 */
function traceModzy() {
  const tracer = trace.getTracer('modzy-client');
  /** The span of each call, by its request. All messages about a call have the same request. */
  const spans = new WeakMap();

  const subscribers = {
    'modzy:request:start'({ request }) {
      const { method, jobIdentifier, baseURL, headers } = request;
      const attributes = { 'rpc.system': 'modzy', 'rpc.method': method, 'server.address': new URL(baseURL).hostname };
      // The parent is the span that is active where the method was called.
      const span = tracer.startSpan(`modzy ${method}`, { kind: SpanKind.CLIENT, attributes });
      if (jobIdentifier !== undefined) {
        span.setAttribute('modzy.job', jobIdentifier);
      }
      spans.set(request, span);
      // Adds `traceparent` and the other headers of the propagators to every request of the call.
      propagation.inject(trace.setSpan(context.active(), span), headers);
    },
    'modzy:request:retry'({ request, attempt, error, delayMs }) {
      const failure = error.status ?? error.phase;
      spans.get(request)?.addEvent('retry', { attempt, failure, 'delay.ms': delayMs });
    },
    'modzy:wait:poll'({ request, polls, status, error }) {
      const span = spans.get(request);
      if (error !== undefined) {
        span?.addEvent('poll failed', { polls, failure: error.status ?? error.phase ?? error.name });
      } else if (isFinalStatus(status)) {
        span?.setAttributes({ 'modzy.job.status': status, 'modzy.polls': polls });
      }
    },
    'modzy:request:end'({ request }) {
      const span = spans.get(request);
      if (request.jobIdentifier !== undefined) {
        span?.setAttribute('modzy.job', request.jobIdentifier);
      }
      span?.end();
    },
    'modzy:request:error'({ request, error }) {
      const span = spans.get(request);
      span?.recordException(error);
      span?.setStatus({ code: SpanStatusCode.ERROR, message: String(error) });
      span?.end();
    },
  };

  for (const [name, subscriber] of Object.entries(subscribers)) {
    diagnostics.subscribe(name, subscriber);
  }
  return () => {
    for (const [name, subscriber] of Object.entries(subscribers)) {
      diagnostics.unsubscribe(name, subscriber);
    }
  };
}

async function main([text = 'What a lovely day!']) {
  const exporter = new InMemorySpanExporter();
  new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }).register();
  traceModzy();

  const modzyClient = ModzyClient.fromEnv();
  await trace.getTracer('example').startActiveSpan('sentiment of a text', async (span) => {
    const receipt = await modzyClient.submitJobText(MODEL, VERSION, { text: { 'input.txt': text } });
    await modzyClient.blockUntilResult(receipt, { pollInterval: 200 }); // ms
    span.end();
  });

  for (const { name, duration, parentSpanContext, attributes } of exporter.getFinishedSpans()) {
    const [seconds, nanoseconds] = duration;
    const ms = Math.round(seconds * 1e3 + nanoseconds / 1e6);
    const status = attributes['modzy.job.status'] ?? '';
    console.log(`${parentSpanContext === undefined ? '' : '  '}${name}: ${ms} ms ${status}`.trimEnd());
  }
}

if (require.main === module) {
  main(process.argv.slice(2)).catch((error) => {
    console.error(String(error));
    process.exitCode = 1;
  });
}

module.exports = { traceModzy };
