import type { core } from 'zod/mini';

import { bareNumber } from '../../domain/duration.js';
import { nearest } from '../../text/nearest.js';
import type { Node, ScalarNode } from '../text/node.js';
import { clip } from '../text/quote.js';
import type { ValueRefusal } from './schema-values.js';

type Issue = core.$ZodIssue;

/**
 * Selects the failures for the most likely form of a union. This reports a wrong key inside `retry: {…}` itself,
 * instead of "retry takes a number or a map".
 */
export function meantIssues(issue: Issue): readonly Issue[] {
  if (issue.code !== 'invalid_union') return [issue];
  const meant = issue.errors.find((branch) => !branch.some(isOfAnotherForm));
  if (meant === undefined) return [issue];
  return meant.flatMap(meantIssues).map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }));
}

const isOfAnotherForm = ({ path, code }: Issue): boolean => path.length === 0 && ANOTHER_FORM.has(code);

const ANOTHER_FORM: ReadonlySet<string | undefined> = new Set([
  'invalid_type',
  'invalid_value',
  'invalid_format',
  'invalid_union',
]);

/** Describes what a schema rejected. `issue.message` is the phrase for what the schema accepts. */
export function explainIssue(issue: Issue, key: string, value: Node): ValueRefusal {
  if (issue.code === 'custom') {
    const refusal = issue.params as ValueRefusal;
    return { ...refusal, message: `${key}: ${refusal.message}` };
  }
  const empty = value.kind === 'scalar' ? explainEmpty(issue, key, value) : undefined;
  if (empty !== undefined) return empty;
  const hint = hintFor(issue, value);
  return {
    code: issue.code === 'invalid_type' || issue.code === 'invalid_union' ? 'wrong-type' : 'bad-value',
    message: `${key} takes ${issue.message}, not ${describe(value)}.`,
    ...(hint !== undefined && { hint }),
  };
}

/** Describes a key that a map must have. */
export function explainMissing({ message: phrase, path }: Issue, missing: string): ValueRefusal {
  const map = path.slice(0, -1).join('.');
  return { code: 'wrong-type', message: `${map} has no ${missing}.`, hint: `${missing} takes ${phrase}.` };
}

function explainEmpty({ message: phrase }: Issue, key: string, { value }: ScalarNode): ValueRefusal | undefined {
  const message = `${key} is empty.`;
  if (value === null) {
    const hint = key.startsWith('env.') ? 'Write "" for an empty string.' : `It takes ${phrase}.`;
    return { code: 'empty-value', message, hint };
  }
  if (value !== '' || !phrase.includes('not empty')) return undefined;
  return { code: 'bad-value', message, hint: `Give it a value, or remove ${key}.` };
}

/** Returns how messages name a value. */
export function describe(node: Node): string {
  if (node.kind === 'list') return node.items.length === 0 ? 'an empty list' : 'a list';
  if (node.kind === 'map') return 'a map';
  if (node.kind === 'broken') return 'this';
  if (typeof node.value === 'string') return `"${clip(node.value)}"`;
  return node.value === null ? 'nothing' : clip(node.text);
}

function hintFor({ message: phrase }: Issue, value: Node): string | undefined {
  if (value.kind === 'list') return hintForList(phrase);
  if (value.kind !== 'scalar') return undefined;
  const { text } = value;
  if (typeof value.value === 'number' && phrase.includes('duration')) return bareNumber(value.value).hint;
  if (/^[1-9]\d*$/.test(text) && phrase.includes('size')) return `It needs a unit: ${text}KB, ${text}MB.`;
  if (phrase.startsWith('a list')) return `A list is written in brackets: [${clip(text)}]`;
  if (phrase.endsWith('a map with file or parse')) {
    const way = hintForOutput(text);
    if (way !== undefined) return way;
  }
  return hintForText(phrase, value);
}

function hintForOutput(text: string): string | undefined {
  if (/^(stdout|stderr)$/i.test(text))
    return `Write inherit for the scheduler's own output, or {file: /dev/${text.toLowerCase()}}.`;
  if (/^(none|null|\/dev\/null)$/i.test(text)) return 'Write discard.';
  return text.includes('/') ? `Write {file: ${clip(text)}}.` : undefined;
}

function hintForList(phrase: string): string | undefined {
  if (phrase.startsWith('a map of names')) return 'Write {NAME: value}.';
  return phrase.startsWith('a string') ? 'Write one string.' : undefined;
}

const YES_AND_NO: Readonly<Record<string, string>> = {
  yes: 'true',
  y: 'true',
  on: 'true',
  no: 'false',
  n: 'false',
  off: 'false',
};

/** Words of other programs (Kubernetes, Temporal, APScheduler), and their equivalents here. */
const ELSEWHERE: ReadonlyMap<string, string> = new Map([
  ['drop', 'skip'],
  ['forbid', 'skip'],
  ['ignore', 'skip'],
  ['wait', 'queue'],
  ['buffer', 'queue'],
  ['buffer_one', 'queue'],
  ['buffer_all', 'queue'],
  ['parallel', 'allow'],
  ['allow_all', 'allow'],
  ['cancel', 'replace'],
  ['restart', 'replace'],
  ['cancel_other', 'replace'],
  ['terminate_other', 'replace'],
]);

function hintForText(phrase: string, { value, text }: ScalarNode): string | undefined {
  if (typeof value !== 'string')
    return /^(a string|a command|a path$)/.test(phrase) ? `Quote it: "${clip(text)}"` : undefined;
  const boolean = phrase.includes('true') ? YES_AND_NO[text.toLowerCase()] : undefined;
  if (boolean !== undefined) return `In YAML 1.2 "${text}" is a string: write ${boolean}.`;
  if (/number|code/.test(phrase) && /^\d+$/.test(text)) return `Without quotes: ${text}`;
  if (/true or false/.test(phrase) && /^(true|false)$/i.test(text)) return `Without quotes: ${text.toLowerCase()}`;
  const near = meantWord(text, phrase);
  return near === undefined ? undefined : `Did you mean ${near}?`;
}

function meantWord(text: string, phrase: string): string | undefined {
  const words = phrase.split(/,? or |, /).filter((word) => /^[a-z]+$/.test(word));
  const here = ELSEWHERE.get(text.toLowerCase());
  return here !== undefined && words.includes(here) ? here : nearest(text, words);
}
