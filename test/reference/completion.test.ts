import { expect, test } from 'vitest';
import { renderBash } from '../../docs/generator/completion/bash.js';
import { renderFish } from '../../docs/generator/completion/fish.js';
import { renderZsh } from '../../docs/generator/completion/zsh.js';
import { renderManPage } from '../../docs/generator/man.js';

test.each([
  ['completions/timers.bash', renderBash],
  ['completions/_timers', renderZsh],
  ['completions/timers.fish', renderFish],
  ['man/timers.1', renderManPage],
])('%s matches the output of npm run docs', async (file, render) => {
  await expect(render()).toMatchFileSnapshot(`../../${file}`);
});

test('the manual page lists common options once, and no empty default', () => {
  const page = renderManPage();
  expect(page.split('\n').filter((line) => line.includes('fB\\-\\-state <path>'))).toHaveLength(1);
  expect(page).not.toContain('Default: .');
});
