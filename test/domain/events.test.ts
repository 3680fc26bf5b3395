import { describe, expect, test } from 'vitest';
import {
  entryOf,
  type EventEntry,
  type EventField,
  EVENTS,
  jobNameOf,
  levelOf,
  markOf,
  messageOf,
  type TimerEvent,
} from '../../src/domain/events/index.js';
import { toRecord } from '../../src/domain/record.js';
import { SENTENCES } from '../support/events.js';

const entries = Object.entries(EVENTS) as unknown as readonly (readonly [
  TimerEvent['event'],
  EventEntry<TimerEvent>,
])[];

/** The example of every entry, and every form used in the tests of sentences. */
const forms: readonly TimerEvent[] = [
  ...entries.map(([, { example }]) => example),
  ...SENTENCES.map(([, event]) => event),
];

describe('each event record matches its declared fields', () => {
  test.each(forms.map((event, index) => [`${event.event} (${index})`, event] as const))('%s', (_name, event) => {
    const { fields } = entryOf(event);
    const { event: name, ...own } = JSON.parse(JSON.stringify(toRecord(event))) as Record<string, unknown>;
    expect(name).toBe(event.event);
    for (const [key, value] of Object.entries(own)) expect(problemOf(value, fields[key]), key).toBeUndefined();
    for (const [key, { optional }] of Object.entries(fields)) if (!optional) expect(own).toHaveProperty([key]);
    expect(Object.keys(own)).toEqual(Object.keys(fields).filter((key) => key in own));
  });

  test('and only a field in milliseconds declares that unit', () => {
    for (const [, { fields }] of entries)
      for (const [key, { unit }] of Object.entries(fields)) expect(unit === 'ms', key).toBe(key.endsWith('_ms'));
  });
});

const TYPES: Readonly<Record<EventField['type'], (value: unknown) => boolean>> = {
  string: (value) => typeof value === 'string',
  integer: Number.isInteger,
  number: Number.isFinite,
  boolean: (value) => typeof value === 'boolean',
  timestamp: (value) => typeof value === 'string' && new Date(value).toISOString() === value,
  strings: (value) => Array.isArray(value) && value.every((item) => typeof item === 'string'),
  object: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
};

function problemOf(value: unknown, field: EventField | undefined): string | undefined {
  if (field === undefined) return 'is not declared';
  if (value === null) return field.nullable ? undefined : 'is null';
  if (!TYPES[field.type](value)) return `is not of type ${field.type}`;
  return field.values?.includes(value as string) === false ? 'is not among its values' : undefined;
}

describe('each event entry', () => {
  test.each(entries)('has a matching sentence: %s', (name, entry) => {
    const { example, summary, fields, level, since } = entry;
    expect(example.event).toBe(name);
    const texts = [summary, ...Object.values(fields).map((field) => field.summary)];
    for (const text of texts) expect(text).toMatch(/^[A-Z`].*\.$/);
    expect(typeof level === 'string' ? level : level.summary).not.toBe('');
    expect(since).toMatch(/^\d+\.\d+\.\d+$/);
    // An event about a timer has the timer's name.
    if (entry.concerns === 'timer') expect(jobNameOf(example)).toBeDefined();
    if (entry.recorded !== false) expect(jobNameOf(example)).toBeDefined();
  });

  test.each(forms.map((event, index) => [`${event.event} (${index})`, event] as const))(
    'has a level, a mark and a short sentence: %s',
    (_name, event) => {
      expect(['debug', 'info', 'warn', 'error']).toContain(levelOf(event));
      expect(markOf({ level: levelOf(event), ...toRecord(event) })).toBeTypeOf('string');
      const sentence = messageOf(event);
      expect(sentence).not.toMatch(/undefined|^$| {2}/);
      expect(sentence.split(' ').length).toBeLessThanOrEqual(25);
      const jobName = jobNameOf(event);
      if (jobName !== undefined && event.event !== 'run.output' && event.event !== 'internal.error')
        expect(sentence.startsWith(`${jobName} `)).toBe(true);
    },
  );
});

describe('a sentence with a count of one has no plural', () => {
  /** The event with 1 for each count, and one item in each list. */
  const ofOne = (event: TimerEvent): TimerEvent =>
    Object.fromEntries(
      Object.entries(event).map(([key, value]: [string, unknown]) => {
        if (typeof value === 'number' && value < 1e9 && !key.endsWith('Ms')) return [key, 1];
        return [key, Array.isArray(value) ? value.slice(0, 1) : value];
      }),
    ) as unknown as TimerEvent;

  test.each(forms.map((event, index) => [`${event.event} (${index})`, event] as const))('%s', (_name, event) => {
    const plural =
      /(?<![\d.,:-])1 (?:[a-z-]+ )?(?!ms\b|is\b|was\b|has\b)[a-z-]+s\b|\b1 (?:[a-z-]+ )?(?:are|were|have|wait)\b/;
    expect(messageOf(ofOne(event))).not.toMatch(plural);
  });
});

test('the summaries of events have at most 25 words per sentence', () => {
  const texts = entries.flatMap(([, { summary, fields }]) => [
    summary,
    ...Object.values(fields).map((field) => field.summary),
  ]);
  const long = texts.flatMap((text) => text.split(/(?<=\.) /)).filter((sentence) => sentence.split(' ').length > 25);
  expect(long).toEqual([]);
});
