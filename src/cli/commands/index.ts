import { explain } from './explain.js';
import { history } from './history.js';
import { init } from './init.js';
import type { CommandKind } from './kind.js';
import { list } from './list.js';
import { next } from './next.js';
import { run } from './run.js';
import { simulate } from './simulate.js';
import { start } from './start.js';
import { validate } from './validate.js';
import { why } from './why.js';

/** Every command, in the order of the help. */
export const commandKinds: readonly CommandKind[] = [
  start,
  validate,
  run,
  list,
  next,
  explain,
  history,
  why,
  simulate,
  init,
];
