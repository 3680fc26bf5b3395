import { expect, test } from 'vitest';
import { renderExitCodes } from '../../docs/generator/exit-codes.js';
import { EXIT_CODES } from '../../src/cli/exit-code-entries.js';
import { commandKinds } from '../../src/cli/commands/index.js';
import { exitCodeOf } from '../../src/cli/exit-code.js';

test('docs/reference/exit-codes.md matches the output of npm run docs', async () => {
  await expect(renderExitCodes()).toMatchFileSnapshot('../../docs/reference/exit-codes.md');
});

test('the page lists the exit codes of the program', () => {
  const unread = commandKinds.flatMap(({ whenUnread }) => whenUnread ?? []);
  for (const exitCode of [...unread, exitCodeOf({ status: 'timeout' } as never)])
    expect(Object.keys(EXIT_CODES)).toContain(String(exitCode));
  expect(exitCodeOf({ status: 'failure', signal: 'SIGTERM' } as never)).toBe(128 + 15);
});
