#!/bin/sh
':' //; exec node --inspect-port=240.0.0.1:9229 "$0" "$@"
'use strict';

// The second line is for the shell. Until the program handles SIGUSR1, Node answers it by opening its inspector, which lets every user of the machine
// in. No machine has an address of 240.0.0.0/4, so Node cannot open it.
const signals = require('../dist/cli/signals.cjs');
signals.holdSignals(process.argv);
require('./code-cache.js').install();
require('../dist/cli/main.cjs');
signals.closeInspector();
