import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { cruise, type ICruiseResult, type IFlattenedRuleSet } from 'dependency-cruiser';
import { expect, test } from 'vitest';
import { ROOT } from '../support/program.js';

const rules = createRequire(import.meta.url)(join(ROOT, '.dependency-cruiser.cjs')) as IFlattenedRuleSet;

interface Room {
  readonly name: string;
  /** As written in the table. */
  readonly imports: string;
}

/** The rows of "The rooms": each room of `src`, and what it imports. */
const rooms = [
  ...readFileSync(join(ROOT, 'ARCHITECTURE.md'), 'utf8').matchAll(/^\| `src\/([\w.-]+)\/?` \|.*\| (.*) \|$/gm),
].map(([, name = '', imports = '']): Room => ({ name, imports }));

/** Rooms that later rooms in the table may import without listing them, except for the page. */
const HELPERS = ['text', 'system', 'turns'];
const lastHelper = rooms.findIndex(({ name }) => name === 'turns');

/** Whether the table allows an import. */
function isAllowed({ name, imports }: Room, other: string): boolean {
  if (other === 'page' || other === 'index.ts') return false;
  if (imports === 'everything') return true;
  if (/^(all|everything) but cli$/.test(imports)) return other !== 'cli';
  const isHelper = HELPERS.includes(other) && name !== 'page';
  const isAfterHelpers = rooms.findIndex((room) => room.name === name) > lastHelper;
  return imports.split(', ').includes(other) || (isHelper && isAfterHelpers);
}

const fileIn = (room: string, name: string): string => `src/${room.endsWith('.ts') ? room : `${room}/${name}`}`;

/** The imports that break a rule, as `from → to`, in a tree of files with the given imports. */
async function broken(imports: ReadonlyMap<string, readonly string[]>): Promise<readonly string[]> {
  const baseDir = mkdtempSync(join(tmpdir(), 'imports-'));
  const write = (file: string, text: string): void => {
    mkdirSync(dirname(join(baseDir, file)), { recursive: true });
    writeFileSync(join(baseDir, file), text);
  };
  try {
    for (const file of [...imports.values()].flat()) write(file, 'export {};\n');
    for (const [file, targets] of imports)
      write(file, targets.map((to) => `import './${relative(dirname(file), to)}';\n`).join(''));
    const { output } = await cruise(['src'], { baseDir, ruleSet: rules, validate: true });
    const { violations } = (output as ICruiseResult).summary;
    return [
      ...new Set(violations.filter(({ rule }) => rule.name !== 'no-cycles').map(({ from, to }) => `${from} → ${to}`)),
    ].sort();
  } finally {
    rmSync(baseDir, { recursive: true, force: true });
  }
}

test('the rules reject exactly the imports that ARCHITECTURE.md does not allow', async () => {
  expect(rooms.length).toBeGreaterThan(25);
  const imports = new Map<string, string[]>();
  const forbidden: string[] = [];
  for (const room of rooms)
    for (const { name } of rooms.filter((other) => other !== room)) {
      const [from, to] = [fileIn(room.name, 'probe.ts'), fileIn(name, 'target.ts')];
      imports.set(from, [...(imports.get(from) ?? []), to]);
      if (!isAllowed(room, name)) forbidden.push(`${from} → ${to}`);
    }
  expect(await broken(imports)).toEqual(forbidden.sort());
});

test('the rules enforce the order within a folder', async () => {
  const forbidden = new Map([
    [
      'src/config/text/a.ts',
      ['src/config/check/b.ts', 'src/config/keys/b.ts', 'src/config/build/b.ts', 'src/config/b.ts'],
    ],
    ['src/config/check/a.ts', ['src/config/keys/b.ts', 'src/config/build/b.ts', 'src/config/b.ts']],
    ['src/config/keys/a.ts', ['src/config/build/b.ts', 'src/config/b.ts']],
    ['src/config/build/a.ts', ['src/config/b.ts']],
    ['src/config/a.ts', ['src/schedules/cron.ts']],
    ['src/cli/render/a.ts', ['src/cli/commands/one/b.ts', 'src/cli/b.ts']],
    ['src/cli/a.ts', ['src/cli/commands/one/b.ts', 'src/cli/main.ts']],
    ['src/cli/commands/two/a.ts', ['src/cli/commands/one/b.ts']],
  ]);
  const allowed = new Map([
    ['src/config/check/c.ts', ['src/config/text/b.ts']],
    ['src/config/keys/c.ts', ['src/config/check/b.ts']],
    ['src/config/build/c.ts', ['src/config/check/b.ts', 'src/schedules/index.ts', 'src/schedules/kind.ts']],
    ['src/config/c.ts', ['src/config/build/b.ts', 'src/config/keys/b.ts']],
    ['src/cli/commands/two/c.ts', ['src/cli/render/b.ts', 'src/cli/b.ts']],
    ['src/cli/command-line.ts', ['src/cli/commands/one/b.ts']],
    ['src/cli/main.ts', ['src/cli/command-line.ts']],
  ]);
  const expected = [...forbidden].flatMap(([from, all]) => all.map((to) => `${from} → ${to}`));
  expect(await broken(new Map([...forbidden, ...allowed]))).toEqual(expected.sort());
});

test('only compose.ts and the simulation create a scheduler', async () => {
  const scheduler = 'src/engine/scheduler.ts';
  const imports = new Map([
    ['src/daemon/compose.ts', [scheduler]],
    ['src/simulation/simulate.ts', [scheduler]],
    ['src/daemon/other.ts', [scheduler]],
    ['src/cli/commands/run/run-once.ts', [scheduler]],
    ['src/index.ts', [scheduler]],
  ]);
  const others = ['src/cli/commands/run/run-once.ts', 'src/daemon/other.ts', 'src/index.ts'];
  expect(await broken(imports)).toEqual(others.map((file) => `${file} → ${scheduler}`));
});
