import { cancel } from './cancel.js';
import { diff } from './diff.js';
import { explain } from './explain.js';
import { history } from './history.js';
import { init } from './init.js';
import type { CommandKind } from './kind.js';
import { list } from './list.js';
import { logs } from './logs.js';
import { next } from './next.js';
import { pause } from './pause.js';
import { reload } from './reload.js';
import { reset } from './reset.js';
import { resume } from './resume.js';
import { run } from './run.js';
import { simulate } from './simulate.js';
import { start } from './start.js';
import { status } from './status.js';
import { stop } from './stop.js';
import { top } from './top.js';
import { trigger } from './trigger.js';
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
  status,
  top,
  logs,
  trigger,
  pause,
  resume,
  cancel,
  reset,
  reload,
  diff,
  stop,
];
