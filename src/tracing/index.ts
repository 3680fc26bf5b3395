import type { TimerEvent } from '../domain/events/index.js';
import type { Sink } from '../domain/sink.js';
import { OtlpSpans, type OtlpOptions } from './otlp.js';
import { RunSpans } from './run-spans.js';

export { tracedExecutor } from './traced-executor.js';

export interface TracingOptions extends OtlpOptions {
  readonly pid: number;
}

/** Creates spans from runs and attempts, and sends them. */
export function createTracing(options: TracingOptions): Sink {
  const spans = new RunSpans(`${options.origin.host} ${options.pid}`);
  const otlp = new OtlpSpans(options);
  return {
    name: 'tracing',
    accept(event: TimerEvent) {
      for (const span of spans.of(event)) otlp.add(span);
    },
    flush: () => otlp.close(),
  };
}
