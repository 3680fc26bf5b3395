import { diag, SpanKind, SpanStatusCode, TraceFlags, type HrTime } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
  type Resource,
} from '@opentelemetry/resources';
import { BatchSpanProcessor, type ReadableSpan } from '@opentelemetry/sdk-trace';
import type { Agent } from 'node:http';
import type { Clock } from '../domain/clock.js';
import { SECOND, type Duration, type Instant } from '../domain/time.js';
import type { ProxyFor } from '../domain/web-request.js';
import type { Span } from './span.js';
import { CollectorWatch, MOST_WAITING } from './collector-watch.js';

export interface OtlpOptions {
  /** Where spans are posted to. */
  readonly url: string;
  /** In addition to those of `OTEL_EXPORTER_OTLP_HEADERS`. */
  readonly headers: Readonly<Record<string, string>>;
  /** Overrides the service name in the environment. */
  readonly serviceName?: string;
  /** The version of `timers` and the host name, unless the environment sets others. */
  readonly origin: { readonly version: string; readonly host: string };
  readonly clock: Clock;
  /** By default, the collector is reached directly. */
  readonly proxyFor?: ProxyFor<Agent>;
  /** Called with a sentence once when spans fail to arrive, and when they arrive again. */
  readonly onTrouble: (sentence: string) => void;
}

/** How long a stop waits for the last spans. */
const PATIENCE: Duration = 3 * SECOND;
/** How long a span waits for others. */
const BATCH_EVERY: Duration = 2 * SECOND;

const NOTHING_MORE = { droppedAttributesCount: 0, droppedEventsCount: 0, droppedLinksCount: 0, events: [], links: [] };

/**
 * Passes spans to a collector: OTLP over HTTP in protobuf, in batches, retried until the export's time
 * (`OTEL_EXPORTER_OTLP_TIMEOUT`) is up. A failing collector costs only a bounded queue.
 */
export class OtlpSpans {
  readonly #clock: Clock;
  readonly #processor: BatchSpanProcessor;
  readonly #watch: CollectorWatch;
  readonly #resource: Resource;
  readonly #scope: { readonly name: string; readonly version: string };

  constructor({ url, headers, serviceName, origin, clock, onTrouble, proxyFor }: OtlpOptions) {
    this.#clock = clock;
    this.#scope = { name: 'timers', version: origin.version };
    this.#watch = new CollectorWatch(url, onTrouble);
    tellOfTheLibrary(this.#watch);
    this.#resource = resourceOf(origin, serviceName);
    const proxy = proxyFor?.(url);
    const otlp = new OTLPTraceExporter({
      url,
      headers: { ...headers },
      ...(proxy && { httpAgentOptions: () => proxy.open() }),
    });
    this.#processor = new BatchSpanProcessor({
      exporter: {
        export: (spans, done) =>
          otlp.export(spans, (result) => {
            this.#watch.answered(spans.length, result.error);
            done(result);
          }),
        forceFlush: () => otlp.forceFlush(),
        shutdown: () => otlp.shutdown(),
      },
      maxQueueSize: MOST_WAITING,
      scheduledDelayMillis: BATCH_EVERY,
    });
  }

  /** Accepts a span; drops it if {@link MOST_WAITING} are waiting. Returns at once. */
  add(span: Span): void {
    if (this.#watch.admits()) this.#processor.onEnd(this.#readable(span));
  }

  /**
   * Sends the rest, for at most {@link PATIENCE}, and reports what could not be sent. Accepts nothing more. Never
   * rejects.
   */
  async close(): Promise<void> {
    const patience = new Promise<void>((resolve) => this.#clock.after(PATIENCE, resolve));
    await Promise.race([this.#processor.shutdown().catch(() => undefined), patience]);
    this.#watch.close();
  }

  #readable({ of, name, ids, parentSpanId, start, end, attributes, error }: Span): ReadableSpan {
    const context = (spanId: string) => ({ traceId: ids.traceId, spanId, traceFlags: TraceFlags.SAMPLED });
    const own = context(ids.spanId);
    return {
      name,
      // By OpenTelemetry's conventions for command-line programs, the caller of a command is its client.
      kind: of === 'run' ? SpanKind.INTERNAL : SpanKind.CLIENT,
      spanContext: () => own,
      ...(parentSpanId !== undefined && { parentSpanContext: context(parentSpanId) }),
      startTime: toHrTime(start),
      endTime: toHrTime(end),
      duration: toHrTime(end - start),
      status: error === undefined ? { code: SpanStatusCode.UNSET } : { code: SpanStatusCode.ERROR, message: error },
      attributes,
      ended: true,
      resource: this.#resource,
      instrumentationScope: this.#scope,
      ...NOTHING_MORE,
    };
  }
}

/** Creates the resource that spans belong to. The file overrides the environment, which overrides the defaults. */
function resourceOf({ version, host }: OtlpOptions['origin'], serviceName: string | undefined): Resource {
  const known = { 'service.name': 'timers', 'service.version': version, 'host.name': host };
  return defaultResource()
    .merge(resourceFromAttributes(known))
    .merge(detectResources({ detectors: [envDetector] }))
    .merge(resourceFromAttributes(serviceName === undefined ? {} : { 'service.name': serviceName }));
}

/** Converts a time to seconds and nanoseconds. */
function toHrTime(milliseconds: Instant | Duration): HrTime {
  const seconds = Math.floor(milliseconds / SECOND);
  return [seconds, Math.round((milliseconds - seconds * SECOND) * 1e6)];
}

/**
 * Passes on the library's messages. Without this, the library reports nothing: neither variables it cannot read nor
 * spans that a collector rejected.
 */
function tellOfTheLibrary(watch: CollectorWatch): void {
  const silent = () => undefined;
  // A component of the library puts its name before its message.
  const tell = (first: string, second?: unknown) =>
    watch.noticed(/^[\w@/-]+$/.test(first) && typeof second === 'string' ? second : first);
  const logger = {
    verbose: silent,
    debug: silent,
    info: silent,
    warn: tell,
    error: tell,
  };
  diag.setLogger(logger, { suppressOverrideMessage: true });
}
