// A separate program for orphans.test.ts: prints the pids of all processes of the run argv[2], in the order found.
import { createSystemClock } from '../../../src/clocks/system.js';
import { createProcOrphans } from '../../../src/executors/index.js';

const orphans = createProcOrphans({ clock: createSystemClock() });
const found = await orphans.find(new Set(process.argv.slice(2)));
process.stdout.write(JSON.stringify(found.map(({ pid }) => pid)));
