import type { Problem } from './diagnostic.js';

/** Matches one JSON token (RFC 8259) after optional whitespace: a punctuation mark, a string, or another value. */
const TOKEN =
  /[ \t\n\r]*(?:([{}[\],:])|("(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")|(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.+-]))/y;

type State = 'value' | 'first item' | 'first key' | 'key' | 'colon' | 'end';
type Turn = Readonly<Record<string, State | 'closed' | 'comma'>>;

const VALUE: Turn = { '{': 'first key', '[': 'first item', text: 'end', other: 'end' };

/** The grammar: for each state, the valid tokens and what follows them. */
const TURNS: Readonly<Record<State, Turn>> = {
  value: VALUE,
  'first item': { ...VALUE, ']': 'closed' },
  'first key': { text: 'colon', '}': 'closed' },
  key: { text: 'colon' },
  colon: { ':': 'value' },
  end: { ',': 'comma', '}': 'closed', ']': 'closed' },
};

const AFTER_COMMA: Readonly<Record<string, State>> = { '{': 'key', '[': 'value' };

/**
 * Finds where a text stops being JSON; `undefined` if all of it is JSON. YAML accepts more, so JSON files need this
 * check.
 */
export function jsonFault(text: string): Omit<Problem, 'path'> | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch {
    return problemAt(firstFault(text), text);
  }
}

function problemAt(found: number, text: string): Omit<Problem, 'path'> {
  const comma = /[}\]]/.test(text.charAt(found)) ? /,\s*$/.exec(text.slice(0, found)) : null;
  const start = comma?.index ?? found;
  return { code: 'json-syntax', ...words(text.slice(start), text.charAt(found)), at: { start, end: start + 1 } };
}

/** Returns the offset of the first fault, which `JSON.parse` does not always report. */
function firstFault(text: string): number {
  const open: string[] = [];
  let state: State = 'value';
  for (let at = 0; ; at = TOKEN.lastIndex) {
    TOKEN.lastIndex = at;
    const found = TOKEN.exec(text);
    const token = found?.[1] ?? (found?.[2] === undefined ? 'other' : 'text');
    const next: State | undefined = found ? stateAfter(token, state, open) : undefined;
    if (next === undefined) return at + (/^[ \t\n\r]*/.exec(text.slice(at))?.[0].length ?? 0);
    state = next;
  }
}

/**
 * Returns the state after a token, or `undefined` if the token is not valid there. `open` are the brackets not closed
 * yet.
 */
function stateAfter(token: string, state: State, open: string[]): State | undefined {
  const turn = TURNS[state][token];
  if (turn === 'comma') return AFTER_COMMA[open.at(-1) ?? ''];
  if (turn === 'closed') return open.pop() === (token === '}' ? '{' : '[') ? 'end' : undefined;
  if (token === '{' || token === '[') open.push(token);
  return turn;
}

function words(rest: string, found: string): Pick<Problem, 'message' | 'hint'> {
  if (rest === '') return { message: 'The file ends before its JSON does.', hint: 'Close what is open: } or ].' };
  if (/^(\/\/|\/\*|#)/.test(rest)) {
    return { message: 'JSON has no comments.', hint: 'Remove it, or name the file .yaml and write comments with #.' };
  }
  if (/^,\s*[}\]]/.test(rest)) {
    return { message: `JSON allows no comma before ${found}.`, hint: 'Remove the comma.' };
  }
  if (rest.startsWith("'")) return { message: 'JSON accepts only double quotes.', hint: 'Use " instead of \'.' };
  if (/^[A-Za-z_$]/.test(rest))
    return { message: 'JSON requires quotes around each string and key.', hint: 'Write "…".' };
  return {
    message: 'This is not valid JSON from here on.',
    hint: 'Look for a missing comma, colon, quote or bracket.',
  };
}
