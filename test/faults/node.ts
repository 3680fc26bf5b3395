import { createSystemClock } from '../../src/clocks/system.js';
import { loadTimerFile } from '../../src/config/index.js';
import { startDaemon } from '../../src/daemon/daemon.js';
import { openLog } from '../../src/daemon/log.js';
import { thisMachine } from '../../src/this-machine.js';

/** `timers start`, with a lease (in ms) that is shorter than a timer file may ask for, so that a round takes a second. */
const [lease] = process.argv.slice(2);
const clock = createSystemClock();
const surroundings = {
  cwd: process.cwd(),
  env: process.env,
  err: (...lines: readonly string[]) => lines.forEach((line) => process.stderr.write(`${line}\n`)),
};
const { timerFile, problems } = await loadTimerFile(
  { cwd: process.cwd(), file: 'timers.yaml' },
  thisMachine(clock.now()),
);
if (timerFile === undefined) throw new Error(JSON.stringify(problems));
const { settings } = timerFile;
if (settings.state.kind !== 'shared') throw new Error('no shared state');
const log = await openLog(
  { format: 'json', fileFormat: 'json', isWatched: false, level: 'debug', color: false, timezone: 'UTC' },
  { clock, surroundings },
);
process.exitCode = await startDaemon(
  { ...timerFile, settings: { ...settings, state: { ...settings.state, lease: Number(lease) } } },
  {
    clock,
    surroundings,
    sinks: [],
    log,
    keepAlive: true,
    state: undefined,
    watches: false,
    onRequest: (receive) => process.on('SIGTERM', () => receive('stop', 'SIGTERM')),
  },
);
