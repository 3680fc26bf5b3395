import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Composer, Parser, visit, type Document } from 'yaml';
import { describe, expect, test } from 'vitest';
import { composeYaml } from '../../src/config/text/compose-yaml.js';
import { loadTimerFile, parseTimerFile } from '../../src/config/index.js';
import { finish } from '../../src/turns/steps.js';
import { thisMachine } from '../../src/this-machine.js';
import { FakeClock } from '../support/fake-clock.js';

const entries = (count: number): string =>
  Array.from({ length: count }, (_, n) => {
    const text = [
      `  t${n}: { every: ${n + 1}s, run: x } # one\n`,
      `  "t ${n}":\n    # two\n    run: |\n      a\n      b\n\n    cron: ["1 * * * *",\n      "2 * * * *"]\n`,
      `  t${n}: &a${n}\n    every: 1s\n`,
      `  t${n}:\n    <<: *a${n - 1}\n    run: >-\n      folded\n      text\n`,
      `\n  t${n}:\n`,
    ];
    return text[n % text.length] ?? '';
  }).join('');

/** Everything about a document: what each node is, contains, and where it is. */
function nodesOf(document: Document | undefined): readonly unknown[] {
  const nodes: unknown[] = [];
  visit(document ?? null, {
    Node: (_, { range, ...node }) =>
      void nodes.push([range, 'value' in node ? node.value : undefined, 'source' in node ? node.source : undefined]),
  });
  return nodes;
}

const tokensOf = (text: string) => [...new Parser().parse(text)];

function whole(text: string): readonly Document[] {
  const composer = new Composer({ schema: 'core', resolveKnownTags: false, uniqueKeys: false });
  return [...composer.compose(tokensOf(text), true, text.length)];
}

describe('a long map composed in parts equals the map composed at once', () => {
  test.each([
    ['at the end', `x: 1\ntimers:\n${entries(457)}`],
    ['in the middle', `# top\nx: &x 1\ntimers:\n${entries(300)}\ndefaults:\n  timeout: *x\n# end\n`],
    ['at the beginning, without a last line end', `timers:\n${entries(101)}  last: 1`],
    ['marked', `%YAML 1.2\n---\ntimers:\n${entries(250)}...\n`],
  ])('%s', (_, text) => {
    const steps = composeYaml(tokensOf(text), text.length);
    // Composing takes more than one turn, or the test would prove nothing.
    expect(steps.next().done).toBe(false);
    expect(steps.next().done).toBe(false);
    const [composed, ...others] = finish(steps);
    expect(others).toEqual([]);
    expect(nodesOf(composed)).toEqual(nodesOf(whole(text)[0]));
    expect(composed?.errors).toEqual([]);
  });

  test('with the same errors', () => {
    const text = `timers:\n${entries(250)}  bad: "\\q"\n${entries(50)}  worse: @x\n`;
    const faults = (documents: readonly Document[]) =>
      documents.flatMap(({ errors, warnings }) => [...errors, ...warnings].map(({ code, pos }) => [code, pos]));
    expect(faults(finish(composeYaml(tokensOf(text), text.length)))).toEqual(faults(whole(text)));
  });
});

test('a file read in turns lets other work run and has the same result', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'turns-'));
  const file = join(folder, 'timers.yaml');
  const text = `timers:\n${Array.from({ length: 500 }, (_, n) => `  t${n}: { every: ${n + 1}s, run: x, overlap: no }\n`).join('')}`;
  writeFileSync(file, text, { mode: 0o600 });
  const clock = new FakeClock();
  let looks = 0;
  // Time passes during the work.
  const inTurns = Object.assign(Object.create(clock) as FakeClock, { monotonic: () => looks++ });
  let turns = 0;
  inTurns.soon = (task) => {
    turns++;
    task();
  };
  const loaded = await loadTimerFile({ file, cwd: '/', inTurns }, thisMachine(0));
  const { path = file } = loaded;
  rmSync(folder, { recursive: true });
  expect(turns).toBeGreaterThan(50);
  const read = parseTimerFile({ path, named: file, folder, text }, thisMachine(0));
  expect(loaded).toEqual(read);
  expect(loaded.problems).toHaveLength(500);
});
