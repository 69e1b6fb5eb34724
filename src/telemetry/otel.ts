import {
  type Context,
  type Meter,
  metrics,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { NodeSDK, resources } from '@opentelemetry/sdk-node';
import { sha256 } from '../platform/digest.ts';
import { backgroundTimer } from '../platform/system-timer.ts';
import { withTimeout } from '../platform/with-timeout.service.ts';
import { type AttributeName, admitAttributes } from './events.ts';
import { describeFailure } from './failure.ts';
import type { Telemetry } from './telemetry.ts';

/** Names our tracer and meter to the collector. */
const SCOPE = 'verification-hotline';
const TURN: readonly AttributeName[] = ['call', 'route', 'step', 'outcome', 'language', 'fault', 'error'];
/** Attributes of metrics are fewer: each combination of values is a series that somebody has to store. */
const TURN_SERIES: readonly AttributeName[] = ['route', 'outcome'];
/** In seconds; ten is where a caller hears of an outage (src/carriers/deadline.service.ts). */
const TURN_SECONDS_BOUNDARIES = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/**
 * The trace of every turn of a call, in any process: trace id and parent are digests of the call id, so that nothing has to
 * be stored or handed over.
 */
function traceContextOfCall(callId: string): Context {
  const digest = sha256(`trace:${callId}`);
  return trace.setSpanContext(ROOT_CONTEXT, {
    traceId: digest.slice(0, 32),
    spanId: digest.slice(32, 48),
    traceFlags: TraceFlags.SAMPLED,
    isRemote: true,
  });
}

/** What is still worth waiting for at the end of a process; the exporters alone would try for ten seconds. */
const STOP_MILLISECONDS = 2_000;

interface OtelParts {
  readonly tracer: Tracer;
  readonly meter: Meter;
  stop(): Promise<void>;
  /** Milliseconds from any fixed moment; the process's monotonic clock unless given. */
  readonly elapsed?: () => number;
}

/** Telemetry on OpenTelemetry's tracer and meter. */
export function otelTelemetry(parts: OtelParts): Telemetry {
  return {
    ...turnTelemetry(parts),
    ...counters(parts.meter),
    observeActiveCalls: (count) => observeActiveCalls(parts.meter, count),
    // A collector that is gone is no reason to fail on the way out, nor to wait for its retries.
    async stop() {
      await withTimeout(
        parts.stop().catch(() => {}),
        STOP_MILLISECONDS,
        backgroundTimer,
      );
    },
  };
}

function turnTelemetry({
  tracer,
  meter,
  elapsed = () => performance.now(),
}: OtelParts): Pick<Telemetry, 'turn'> {
  const turns = meter.createCounter('hotline.turns', { description: 'Turns answered' });
  const turnSeconds = meter.createHistogram('hotline.turn.seconds', {
    description: 'Time from a webhook to its answer',
    unit: 's',
    advice: { explicitBucketBoundaries: TURN_SECONDS_BOUNDARIES },
  });
  return {
    async turn(attributes, work) {
      const from = elapsed();
      const route = admitAttributes(['route'], attributes).route;
      const span = tracer.startSpan(
        `turn ${route ?? 'other'}`,
        { kind: SpanKind.SERVER, attributes: admitAttributes(TURN, attributes) },
        traceContextOfCall(attributes.call ?? 'unknown'),
      );
      let noted: object = attributes;
      try {
        return await work((more) => {
          noted = { ...noted, ...more };
        });
      } catch (error) {
        noted = { ...noted, ...describeFailure(error), outcome: 'outage' };
        // No recordException: it would carry the message and the stack.
        span.setStatus({ code: SpanStatusCode.ERROR });
        throw error;
      } finally {
        const series = admitAttributes(TURN_SERIES, noted);
        span.setAttributes(admitAttributes(TURN, noted));
        span.end();
        turns.add(1, series);
        turnSeconds.record((elapsed() - from) / 1_000, series);
      }
    },
  };
}

function counters(meter: Meter): Omit<Telemetry, 'turn' | 'observeActiveCalls' | 'stop'> {
  const factors = meter.createCounter('hotline.factor.outcomes', { description: 'Factors checked' });
  const locks = meter.createCounter('hotline.locks', { description: 'Factors locked' });
  const codesSent = meter.createCounter('hotline.codes.sent', { description: 'Codes given to the carrier' });
  const codesFailed = meter.createCounter('hotline.codes.failed', { description: 'Codes not delivered' });
  const refused = meter.createCounter('hotline.webhooks.refused', { description: 'Webhooks not believed' });
  const held = meter.createCounter('hotline.turns.refused', { description: 'Turns there was no room for' });
  const alarms = meter.createCounter('hotline.alarms', { description: 'Alarms raised' });
  const linesLost = meter.createCounter('hotline.log.lines_lost', { description: 'Log lines not written' });
  return {
    logLineLost: () => linesLost.add(1),
    factorChecked: (factor, result) =>
      factors.add(1, admitAttributes(['factor', 'result'], { factor, result })),
    locked: (factor) => locks.add(1, admitAttributes(['factor'], { factor })),
    codeSent: () => codesSent.add(1),
    codeFailed: (reason) => codesFailed.add(1, admitAttributes(['reason'], { reason })),
    webhookRefused: (reason) => refused.add(1, admitAttributes(['reason'], { reason })),
    turnRefused: (kind) => held.add(1, admitAttributes(['kind'], { kind })),
    alarmRaised: (kind) => alarms.add(1, admitAttributes(['kind'], { kind })),
  };
}

function observeActiveCalls(meter: Meter, count: () => Promise<number>): void {
  const gauge = meter.createObservableGauge('hotline.calls.active', { description: 'Calls in progress' });
  gauge.addCallback(async (result) => {
    // While the store cannot be asked the last known value stands; /readyz and the faults tell of the outage.
    await count().then(
      (calls) => result.observe(calls),
      () => {},
    );
  });
}

interface OtelSettings {
  readonly serviceName: string;
  readonly serviceVersion: string;
}

/**
 * Starts OpenTelemetry for this process. Call it only when an OTLP endpoint is configured: where to send, with which
 * headers and certificates, the SDK reads itself from the standard OTEL_EXPORTER_OTLP_* variables.
 */
export function startOtel(settings: OtelSettings): Telemetry {
  const sdk = new NodeSDK({
    resource: resources.resourceFromAttributes({
      'service.name': settings.serviceName,
      'service.version': settings.serviceVersion,
    }),
    // Neither host nor process: command lines and user names are nobody's business. The operator's own
    // OTEL_RESOURCE_ATTRIBUTES are taken.
    resourceDetectors: [resources.envDetector],
    // No automatic instrumentation: it records URLs, and ours hold step tokens. Logs do not go by OTLP.
    instrumentations: [],
    logRecordProcessors: [],
    // Callers' webhooks carry no trace headers, and none of ours may reach the bank or the carrier.
    textMapPropagator: null,
  });
  sdk.start();
  return otelTelemetry({
    tracer: trace.getTracer(SCOPE),
    meter: metrics.getMeter(SCOPE),
    stop: () => sdk.shutdown(),
  });
}
