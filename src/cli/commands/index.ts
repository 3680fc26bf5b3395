import { atCommand } from './at/command.js';
import { cancel } from './cancel/command.js';
import { completion } from './completion/command.js';
import { diff } from './diff/command.js';
import { explain } from './explain/command.js';
import { exportCommand } from './export/command.js';
import { history } from './history/command.js';
import { importCommand } from './import/command.js';
import { inCommand } from './in/command.js';
import { init } from './init/command.js';
import type { CommandKind } from '../command.js';
import { keys } from './keys/command.js';
import { list } from './list/command.js';
import { logs } from './logs/command.js';
import { next } from './next/command.js';
import { pause } from './pause/command.js';
import { reload } from './reload/command.js';
import { reset } from './reset/command.js';
import { resume } from './resume/command.js';
import { run } from './run/command.js';
import { schema } from './schema/command.js';
import { simulateCommand } from './simulate/command.js';
import { start } from './start/command.js';
import { status } from './status/command.js';
import { stop } from './stop/command.js';
import { top } from './top/command.js';
import { trigger } from './trigger/command.js';
import { validate } from './validate/command.js';
import { why } from './why/command.js';
import { worker } from './worker/command.js';

/** All commands, in the order of the help. */
export const commandKinds: readonly CommandKind[] = [
  start,
  worker,
  run,
  inCommand,
  atCommand,
  list,
  next,
  explain,
  simulateCommand,
  history,
  why,
  logs,
  status,
  top,
  trigger,
  pause,
  resume,
  cancel,
  reset,
  reload,
  stop,
  init,
  importCommand,
  exportCommand,
  validate,
  keys,
  schema,
  diff,
  completion,
];
