import { createSystemClock } from '../../src/clocks/system.js';
import { loadTimerFile } from '../../src/config/index.js';
import { openLog } from '../../src/daemon/log.js';
import { startWorker } from '../../src/daemon/worker/worker.js';
import { thisMachine } from '../../src/this-machine.js';

/** `timers worker`, with a lock (in ms) that is shorter than `--lock` may be, so that a round takes seconds. */
const [lock, slots] = process.argv.slice(2);
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
const { state } = timerFile.settings;
if (state.kind !== 'shared') throw new Error('no shared state');
const log = await openLog(
  { format: 'json', fileFormat: 'json', isWatched: false, level: 'debug', color: false, timezone: 'UTC' },
  { clock, surroundings },
);
await startWorker(timerFile, state, {
  ...{ surroundings, clock, sinks: [log], labels: ['any'], slots: Number(slots), lock: Number(lock), launcher: 'auto' },
  watches: false,
  onRequest: (receive) => process.on('SIGTERM', () => receive('stop', 'SIGTERM')),
});
