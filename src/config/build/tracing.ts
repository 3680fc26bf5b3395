import { validateHeaderName, validateHeaderValue } from 'node:http';
import type { MapReport } from './map-report.js';
import type { FileValues } from '../check/schema.js';

/** Where spans of runs are sent. */
export interface TracingSettings {
  /** The complete URL, including `/v1/traces`. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly serviceName?: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The OTLP defaults (https://opentelemetry.io/docs/specs/otel/protocol/exporter). */
const DEFAULT_ENDPOINT = 'http://localhost:4318';
const PATH = '/v1/traces';
const EXAMPLE = 'For example: tracing: http://127.0.0.1:4318';

/**
 * Builds `tracing`. OpenTelemetry's environment variables provide what is missing. Returns an empty object if tracing
 * is off.
 */
export function buildTracing(
  values: FileValues['tracing'],
  report: MapReport,
  env: Environment,
): { readonly tracing?: TracingSettings } {
  if (values === undefined || values === false) return {};
  const { endpoint, headers = {}, service_name: serviceName } = mapOf(values);
  checkHeaders(headers, report);
  const { url, from } = endpoint === undefined ? endpointOf(env, report) : { url: withPath(endpoint), from: 'tracing' };
  if (!isHttp(url)) {
    const message = from === 'tracing' ? 'tracing: this is not a collector URL.' : `tracing: ${from} is not a URL.`;
    report.error('tracing', { code: 'bad-url', message, hint: EXAMPLE }, partOf(values, 'endpoint'));
  }
  return { tracing: { url, headers, ...(serviceName !== undefined && { serviceName }) } };
}

type Written = Exclude<NonNullable<FileValues['tracing']>, boolean>;

function mapOf(values: Written | true): Exclude<Written, string> {
  if (values === true) return {};
  return typeof values === 'string' ? { endpoint: values } : values;
}

/** Returns the item to mark, if the value is a map that has it. */
const partOf = (values: Written | true, item: string): { item?: string } =>
  typeof values === 'object' && item in values ? { item } : {};

/** Returns the URL of the collector according to the environment, and the variable that sets it. */
function endpointOf(env: Environment, report: MapReport): { readonly url: string; readonly from: string } {
  const told = (name: string) => env[name]?.trim() || undefined;
  const protocol = told('OTEL_EXPORTER_OTLP_TRACES_PROTOCOL') ?? told('OTEL_EXPORTER_OTLP_PROTOCOL');
  if (protocol === 'grpc') {
    const message = 'tracing: OTEL_EXPORTER_OTLP_PROTOCOL is grpc, but timers sends spans only over HTTP.';
    const hint = 'Collectors accept HTTP on port 4318: tracing: http://collector.example:4318';
    report.error('tracing', { code: 'bad-protocol', message, hint });
  }
  const whole = told('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT');
  if (whole !== undefined) return { url: whole, from: 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT' };
  return {
    url: withPath(told('OTEL_EXPORTER_OTLP_ENDPOINT') ?? DEFAULT_ENDPOINT),
    from: 'OTEL_EXPORTER_OTLP_ENDPOINT',
  };
}

/** Returns the complete URL. An endpoint is a base URL, as in OpenTelemetry's variable, or already the complete URL. */
function withPath(endpoint: string): string {
  if (!isHttp(endpoint)) return endpoint;
  const url = new URL(endpoint);
  if (!url.pathname.endsWith(PATH)) url.pathname = url.pathname.replace(/\/*$/, PATH);
  return url.href;
}

const isHttp = (written: string): boolean => URL.canParse(written) && /^https?:$/.test(new URL(written).protocol);

function checkHeaders(headers: TracingSettings['headers'], report: MapReport): void {
  for (const [name, value] of Object.entries(headers)) {
    try {
      validateHeaderName(name);
      validateHeaderValue(name, value);
    } catch {
      const message = `tracing: "${name.slice(0, 40)}" cannot be sent as an HTTP header.`;
      const hint =
        'A name is made of letters, digits and "-"; a value is one line. For example: authorization: Bearer …';
      report.error('tracing', { code: 'bad-header', message, hint }, { item: 'headers' });
    }
  }
}
