// A separate program for non-blocking-terminal.test.ts: prints two lines.
import { createSystemClock } from '../../src/clocks/system.js';
import { openTerminal } from '../../src/cli/terminal.js';
import { nonBlocking } from '../../src/cli/non-blocking-terminal.js';

const terminal = nonBlocking(openTerminal(true, process), createSystemClock());
terminal.err('one', 'two \x1b[2J');
await terminal.flush();
