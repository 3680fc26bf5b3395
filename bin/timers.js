#!/usr/bin/env node
'use strict';

// First of all: until then Node lets other users of the machine in by SIGUSR1.
require('../dist/cli/signals.cjs').holdSignals(process.argv);
require('./code-cache.js').install();
require('../dist/cli/main.cjs');
