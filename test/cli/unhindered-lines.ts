// A program of its own for unhindered.test.ts: says two lines.
import { createSystemClock } from '../../src/clocks/system.js';
import { openTerminal } from '../../src/cli/terminal.js';
import { unhindered } from '../../src/cli/unhindered.js';

const terminal = unhindered(openTerminal(true), createSystemClock());
terminal.err('one', 'two \x1b[2J');
await terminal.flush();
