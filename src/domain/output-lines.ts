import type { RunOutput } from './events/runs.js';

/** Returns the number of lines in a block: one more than its newlines. */
export function lineCount(lines: string): number {
  let count = 1;
  for (let at = lines.indexOf('\n'); at >= 0; at = lines.indexOf('\n', at + 1)) count++;
  return count;
}

/** Splits a block of output into its lines, for callers that need single lines. */
export function lineByLine(block: RunOutput): readonly RunOutput[] {
  if (!block.lines.includes('\n')) return [block];
  return block.lines.split('\n').map((lines) => ({ ...block, lines }));
}
