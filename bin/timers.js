#!/bin/sh
':' //; heap=; [ "$1" = start ] && heap="--max-semi-space-size=1 --initial-old-space-size=24"; exec node $heap --inspect-port=240.0.0.1:9229 "$0" "$@"
'use strict';

// The second line is for the shell. Until the program handles SIGUSR1, that signal makes Node open its inspector, which
// gives every user of the machine access. No machine has an address in 240.0.0.0/4, so Node cannot open it there. A
// scheduler lives long and keeps little, so V8 checks after 1 MB of new objects, not 16, which are still in use. It
// also needs no full collection before it is ready: the first one comes at 24 MB (docs/decisions/0076). V8 has created
// its heap by now. Its flags are reset, because it accepts compiled code only under the flags it was compiled with.
if (process.execArgv.includes('--max-semi-space-size=1')) {
  require('node:v8').setFlagsFromString('--max-semi-space-size=0 --initial-old-space-size=0');
}
const load = require('./code-cache.js').install({ isScheduler: process.argv[2] === 'start' });
const signals = load('signals.cjs');
signals.holdSignals(process.argv);
load('main.cjs').main.start();
signals.closeInspector();
