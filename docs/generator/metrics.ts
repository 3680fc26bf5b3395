import { Registry } from 'prom-client';
import { LABELS, METRICS, type MetricEntry } from '../../src/metrics/entries.js';
import { collectProcessMetrics } from '../../src/metrics/scheduler-metrics.js';
import { code, generatedFrom, paragraphs, sentence, table } from './markdown.js';

const entries = Object.entries<MetricEntry>(METRICS);

/** Renders the page of all metrics from their entries. */
export const renderMetrics = (): string =>
  `${paragraphs(
    generatedFrom('src/metrics'),
    '# Metrics',
    `${code('GET /metrics')} has these metrics in the text format of Prometheus.
It needs ${code('http')} in the file. [Monitoring and alerts](../guide/monitoring.md) shows dashboards and alert rules.`,
    'Times are in seconds, timestamps in seconds since 1970-01-01 UTC. The series of a timer exist from the start, at 0, and end when the timer is removed.',
    '## Timers',
    ofLabel('task'),
    '## The scheduler',
    ofLabel(undefined),
    '## Buckets of the histograms',
    table(
      ['metric', 'upper bounds in seconds'],
      entries.flatMap(([name, { buckets }]) => (buckets === undefined ? [] : [[code(name), buckets.join(', ')]])),
    ),
    'Each histogram has the series `_bucket`, `_sum` and `_count`.',
    '## Labels',
    table(
      ['label', 'value'],
      Object.entries(LABELS).map(([label, value]) => [code(label), value]),
    ),
    '## The process',
    'These metrics come from [prom-client](https://github.com/siimon/prom-client), as do their descriptions.',
    processMetrics(),
  )}\n`;

const ofLabel = (label: string | undefined): string =>
  table(
    ['metric', 'type', 'labels', 'meaning', 'since'],
    entries
      .filter(([, { labels }]) => (label === undefined ? !labels.includes('task') : labels.includes(label)))
      .map(([name, { type, labels, help, since }]) => [code(name), type, labels.map(code).join(', '), help, since]),
  );

function processMetrics(): string {
  const registry = new Registry();
  collectProcessMetrics(registry);
  const metrics = registry.getMetricsAsArray() as unknown as readonly { name: string; help: string; type: string }[];
  return table(
    ['metric', 'type', 'meaning'],
    metrics.map(({ name, type, help }) => [code(name), type, sentence(help)]),
  );
}
