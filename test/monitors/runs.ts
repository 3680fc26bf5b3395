import type { RunFinished, RunStarted } from '../../src/domain/events/index.js';
import type { Outcome } from '../../src/domain/outcome.js';
import { at, firing } from '../support/events.js';

export const started: RunStarted = {
  event: 'run.started',
  at,
  firing,
  runId: 'r1',
  attempt: 1,
  pid: 9,
  latenessMs: 3,
};

export const finished = (outcome: Outcome, more: Partial<RunFinished> = {}): RunFinished => ({
  event: 'run.finished',
  at,
  firing,
  runId: 'r1',
  outcome,
  durationMs: 1_234,
  attempts: 1,
  latenessMs: 3,
  failuresInARow: 0,
  ...more,
});
