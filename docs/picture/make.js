// Draws terminal.svg from a real run of the example in a real terminal. Needs tmux. Run it: npm run picture
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import Anser from 'anser';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const [COLUMNS, ROWS] = [80, 18];
const [WIDTH, HEIGHT] = [8.4, 20];
const COLORS = {
  red: '#f47067',
  green: '#57ab5a',
  yellow: '#daaa3f',
  blue: '#6cb6ff',
  magenta: '#dcbdfb',
  cyan: '#56d4dd',
};

/** What the terminal shows once ROWS lines are there, with escape sequences. */
async function run() {
  const folder = mkdtempSync(join(tmpdir(), 'picture-'));
  const tmux = (...args) =>
    execFileSync('tmux', ['-S', join(folder, 'tmux'), ...args], { encoding: 'utf8', cwd: ROOT });
  const file = join(folder, 'timers.yaml');
  const program = ['node', 'bin/timers.js', 'start', '--file', file, '--state', 'memory'];
  const env = ['env', '-u', 'NO_COLOR', 'LC_ALL=C.UTF-8'];
  copyFileSync(join(ROOT, 'timers.example.yaml'), file);
  try {
    tmux('-f', '/dev/null', 'new-session', '-d', '-x', `${COLUMNS}`, '-y', '50', ...env, ...program);
    for (;;) {
      const lines = tmux('capture-pane', '-p', '-e').replaceAll(`${folder}/`, '').split('\n');
      // The last line may be a spinner.
      if (lines.filter((line) => line !== '').length > ROWS + 1) return lines.slice(0, ROWS);
      await setTimeout(100);
    }
  } finally {
    tmux('kill-server');
    rmSync(folder, { recursive: true });
  }
}

const escape = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

function span({ content, fg, decorations }) {
  const color = COLORS[fg?.replace('ansi-', '').replace('bright-', '')];
  const style = [
    color && `fill="${color}"`,
    decorations.includes('bold') && 'font-weight="bold"',
    decorations.includes('dim') && 'opacity="0.6"',
  ].filter(Boolean);
  return style.length === 0 ? escape(content) : `<tspan ${style.join(' ')}>${escape(content)}</tspan>`;
}

function svg(lines) {
  const size = { width: Math.ceil(COLUMNS * WIDTH) + 32, height: (lines.length + 2) * HEIGHT + 32 };
  const drawn = [`\u001b[1m$ timers start\u001b[0m`, '', ...lines].map((line, row) => {
    const spans = Anser.ansiToJson(line, { json: true, remove_empty: true, use_classes: true }).map(span);
    return `<text x="16" y="${32 + row * HEIGHT}">${spans.join('')}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" width="${size.width}" height="${size.height}" role="img">
<title>A terminal in which timers start runs the timers of the example</title>
<rect width="100%" height="100%" rx="8" fill="#1c2128"/>
<g xml:space="preserve" font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14" fill="#cdd9e5">
${drawn.join('\n')}
</g>
</svg>
`;
}

// The example fails now and then; the picture shows how that looks.
let lines = await run();
while (!lines.some((line) => line.includes('↻'))) lines = await run();
writeFileSync(new URL('terminal.svg', import.meta.url), svg(lines));
