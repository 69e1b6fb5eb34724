import { metrics, tracing } from '@opentelemetry/sdk-node';
import { otelTelemetry } from './otel.ts';
import type { Telemetry } from './telemetry.ts';

/** One value of a metric: a counter's or gauge's value, a histogram's count. */
interface MetricPoint {
  readonly metric: string;
  readonly attributes: { readonly [name: string]: unknown };
  readonly value: number;
}

export interface MemoryTelemetry extends Telemetry {
  /** The spans that have ended, oldest first. */
  spans(): readonly ReturnType<tracing.InMemorySpanExporter['getFinishedSpans']>[number][];
  /** The metrics as a collector would read them now. */
  points(): Promise<readonly MetricPoint[]>;
  /** Sum of a counter over the points whose attributes include `matching`. */
  count(metric: string, matching?: { readonly [name: string]: unknown }): Promise<number>;
}

/** Real OpenTelemetry that exports into memory; for tests and simulations. Registers nothing globally. */
export function memoryTelemetry(): MemoryTelemetry {
  const spanExporter = new tracing.InMemorySpanExporter();
  const tracers = new tracing.BasicTracerProvider({
    spanProcessors: [new tracing.SimpleSpanProcessor(spanExporter)],
  });
  const metricExporter = new metrics.InMemoryMetricExporter(metrics.AggregationTemporality.CUMULATIVE);
  const reader = new metrics.PeriodicExportingMetricReader({
    exporter: metricExporter,
    // Long enough that only a test's own question collects.
    exportIntervalMillis: 2 ** 31 - 1,
  });
  const meters = new metrics.MeterProvider({ readers: [reader] });
  const telemetry = otelTelemetry({
    tracer: tracers.getTracer('memory'),
    meter: meters.getMeter('memory'),
    stop: async () => {
      await tracers.shutdown();
      await meters.shutdown();
    },
  });
  const points = async (): Promise<readonly MetricPoint[]> => {
    metricExporter.reset();
    await reader.forceFlush();
    return metricExporter
      .getMetrics()
      .flatMap((resource) => resource.scopeMetrics)
      .flatMap((scope) => scope.metrics)
      .flatMap((metric) =>
        metric.dataPoints.map((point) => ({
          metric: metric.descriptor.name,
          attributes: point.attributes,
          value: typeof point.value === 'number' ? point.value : point.value.count,
        })),
      );
  };
  return {
    ...telemetry,
    spans: () => spanExporter.getFinishedSpans(),
    points,
    async count(metric, matching = {}) {
      const wanted = Object.entries(matching);
      return (await points())
        .filter((point) => point.metric === metric)
        .filter((point) => wanted.every(([name, value]) => point.attributes[name] === value))
        .reduce((sum, point) => sum + point.value, 0);
    },
  };
}
