import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';

/** A repository with the check in it, whose first commit is not checked. */
const folder = mkdtempSync(join(tmpdir(), 'commits-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const git = (...args: readonly string[]): string =>
  execFileSync('git', ['-c', 'user.name=test', '-c', 'user.email=test@example.org', ...args], {
    cwd: folder,
    encoding: 'utf8',
  });

function commit(message: string, file: string): void {
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  writeFileSync(join(folder, file), message);
  git('add', '-A');
  git('commit', '--quiet', '-m', message);
}

git('init', '--quiet');
mkdirSync(join(folder, '.ci'));
cpSync(join('.ci', 'check-commits'), join(folder, '.ci', 'check-commits'));
commit('ci: the form of commits is checked', 'README.md');

const check = (range: string) =>
  spawnSync(join(folder, '.ci', 'check-commits'), [range], { cwd: folder, encoding: 'utf8' });

test.each([
  ['fix(engine): a stop waits for hooks\n\nThey ended with it.', 'src/a.ts'],
  ['docs: one word', 'docs/a.md'],
])('accepts %j in %s', (message, file) => {
  commit(message, file);
  expect(check('HEAD~1..HEAD')).toMatchObject({ status: 0 });
});

test.each([
  ['fix(engine): a stop waits for hooks', 'src/a.ts', 'touches src and has no body'],
  [`fix: ${'long '.repeat(20)}`, 'a.md', 'has a subject longer than 72 characters'],
  ['A stop waits for hooks', 'a.md', 'is not "type(scope): what changes"'],
  ['fix: wip', 'a.md', 'is unfinished'],
  ['fix: one\n\nSee /home/me/notes/a.md.', 'a.md', 'names a path of a machine'],
])('rejects %j in %s: %s', (message, file, reason) => {
  commit(message, file);
  const { status, stdout } = check('HEAD~1..HEAD');
  expect(status).toBe(1);
  expect(stdout).toContain(reason);
});
