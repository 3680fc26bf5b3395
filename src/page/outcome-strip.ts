import type { FiringStatus } from '../domain/outcome.js';
import { draw } from './element.js';
import { toneOf } from './state.js';

const STEP = 8;
const MOST = 12;

/**
 * Draws the last outcomes as a row of shapes, oldest first. Low filled shapes are good, high filled ones bad, and high
 * hollow ones did not run to their end.
 */
export function drawStrip(recent: readonly FiringStatus[]): SVGSVGElement {
  const first = MOST - recent.length;
  return draw(
    'svg',
    { class: 'strip', viewBox: `0 0 ${MOST * STEP} 16`, role: 'img', 'aria-label': inWords(recent) },
    ...recent.map((status, index) => {
      const tone = toneOf(status);
      const isLow = tone === 'good';
      const x = (first + index) * STEP + 1;
      const shape = { x, y: isLow ? 8 : 1, width: STEP - 3, height: isLow ? 7 : 14, class: `outcome ${tone}` };
      return draw('rect', shape, draw('title', {}, status));
    }),
  );
}

function inWords(recent: readonly FiringStatus[]): string {
  if (recent.length === 0) return 'no outcome yet';
  const runs: { status: FiringStatus; count: number }[] = [];
  for (const status of recent) {
    const last = runs.at(-1);
    if (last?.status === status) last.count++;
    else runs.push({ status, count: 1 });
  }
  return `oldest first: ${runs.map(({ status, count }) => (count === 1 ? status : `${count} × ${status}`)).join(', ')}`;
}
