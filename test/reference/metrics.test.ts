import { expect, test } from 'vitest';
import { renderMetrics } from '../../docs/generator/metrics.js';
import { METRICS } from '../../src/metrics/entries.js';
import { Metrics } from '../../src/metrics/metrics.js';
import { everyMs, job, Rig } from '../support/rig.js';

test('docs/reference/metrics.md matches the output of npm run docs', async () => {
  await expect(renderMetrics()).toMatchFileSnapshot('../../docs/reference/metrics.md');
});

test('the page lists the metrics that a scheduler exposes', async () => {
  const rig = new Rig([job('tick', everyMs(1_000))]);
  rig.scheduler.start();
  const metrics = new Metrics({
    controls: () => rig.scheduler.controls,
    clock: { soon: queueMicrotask },
    forecaster: { forecast: () => Promise.resolve(undefined) },
    version: '1.2.3',
    node: 'v20',
    clockOffset: () => undefined,
    onCommitted: () => undefined,
  });
  let text = '';
  for await (const part of metrics.text()) text += part;
  const exposed = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name!);
  const shown = [...renderMetrics().matchAll(/^\| `(\w+)` \| (?:counter|gauge|histogram|summary) \|/gm)].map(
    ([, name]) => name!,
  );
  expect(exposed.sort()).toEqual(shown.sort());
});

test('the name of a metric ends in its unit, and that of a counter in _total', () => {
  for (const [name, { type }] of Object.entries(METRICS)) {
    expect(name.endsWith('_total'), name).toBe(type === 'counter');
    expect(name).not.toMatch(/_(ms|milliseconds|kilobytes|megabytes|percent)$/);
  }
});
