'use strict';

// Compiling the program is half of its startup time. V8 can keep compiled code. Node 22.8 and later does that by
// itself; this file does it on Node 20. The build runs the commands once and leaves a file of compiled code next to
// each script of dist/cli (`node bin/code-cache.js`). Only the same build of Node looks for it. V8 refuses compiled
// code of other flags or another source. In both cases V8 compiles as usual, so nothing depends on that file.

const { mkdtempSync, readFileSync, rmSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { setFlagsFromString } = require('node:v8');
const { Script } = require('node:vm');

// The module of this name takes a millisecond to load, for the same class.
const Module = module.constructor;
const KEEPS_CODE = Number.parseInt(process.versions.node) >= 22;
const PROGRAM = join(__dirname, '..', 'dist', 'cli');
const need = Module.createRequire(join(PROGRAM, 'main.cjs'));
// V8 compares only its own version, 11.3.244.8 in all of Node 20. Releases of Node patch it, and compiled code of one
// then calls wrong functions in another.
const cacheOf = (name) => join(PROGRAM, `${name}.${process.version}-${process.platform}-${process.arch}.v8cache`);

/**
 * Returns what loads a script of dist/cli, with the code that V8 kept for it. `keep`: saves the code at exit.
 * `isScheduler`: on Node 20, V8 optimizes late and lets its heap grow slowly.
 */
function install({ keep = process.env.TIMERS_KEEP_CODE === '1', isScheduler = false } = {}) {
  if (KEEPS_CODE) {
    require('node:module').enableCompileCache?.();
    return (name) => need(`./${name}`);
  }
  if (isScheduler) setFlagsFromString((flags = OF_A_SCHEDULER));
  if (keep) keepAtExit(isScheduler);
  return load;
}

function keepAtExit(isScheduler) {
  // A scheduler ends only by a signal. Other commands may take longer on a busy machine.
  if (isScheduler) setTimeout(() => process.kill(process.pid, 'SIGTERM'), 500).unref();
  process.on('exit', () => {
    for (const [name, script] of scripts)
      writeFileSync(
        cacheOf(name),
        withUsualFlags(() => script.createCachedData()),
      );
  });
}

// A scheduler's flags. The first: how much bytecode a function runs, in bytes, before V8 optimizes it. V8 does so on
// other threads. In a burst and in a start with many timers, these take the cores that the commands need. The optimized
// code comes too late there (docs/decisions/0080). The second: how much a small heap may grow between two full
// collections, in percent. V8 lets it grow fourfold, which a flood of output fills with dead strings (0077). The third:
// of three collections in the ten seconds after a start, two find nothing. The last: in a burst the loop would wait for
// other threads to get a core, to collect 1 MB of new objects (0088). V8 accepts compiled code, including Node's own,
// only under the flags it was compiled with, so the usual ones are restored while anything loads.
const USUAL = '--interrupt-budget=67584 --heap-growing-percent=0 --no-memory-reducer-single-gc --parallel-scavenge';
const OF_A_SCHEDULER =
  '--interrupt-budget=1000000 --heap-growing-percent=50 --memory-reducer-single-gc --no-parallel-scavenge';
let flags = USUAL;

/** Calls `load` under the flags that compiled code was saved with. */
function withUsualFlags(load) {
  if (flags === USUAL) return load();
  setFlagsFromString(USUAL);
  try {
    return load();
  } finally {
    setFlagsFromString(flags);
  }
}

/** The loaded scripts of dist/cli and their modules, by name. */
const scripts = new Map();
const modules = new Map();

/** Loads a script of dist/cli. It requires others by name, without the search that Node makes for each. */
function load(name) {
  const known = modules.get(name);
  if (known) return known.exports;
  const module = { exports: {} };
  modules.set(name, module);
  const filename = join(PROGRAM, name);
  const cachedData = readCache(name);
  const source = Module.wrap(readFileSync(filename, 'latin1'));
  const script = withUsualFlags(() => new Script(source, { filename, ...(cachedData && { cachedData }) }));
  scripts.set(name, script);
  const require = (id) => (id.startsWith('./') ? load(id.slice(2)) : withUsualFlags(() => need(id)));
  script.runInThisContext().call(module.exports, module.exports, require, module, filename, PROGRAM);
  return module.exports;
}

function readCache(name) {
  try {
    return readFileSync(cacheOf(name));
  } catch {
    return undefined;
  }
}

/**
 * Runs the most common commands, so that V8 keeps the functions they need. Each run starts with what the previous one
 * left.
 */
function build() {
  if (KEEPS_CODE) return;
  const { spawnSync } = require('node:child_process');
  const folder = mkdtempSync(join(tmpdir(), 'timers-'));
  const file = join(folder, 'timers.yaml');
  writeFileSync(
    file,
    'timers:\n  a: {in: 1ms, run: echo a}\n  b: {cron: "0 3 * * 1-5", run: [echo, b]}\n  c: {every: 1h, run: echo c}\n',
  );
  const lines = [
    '--help',
    'validate',
    'list',
    'next',
    'run a',
    'start --log-format pretty',
    'start',
    'start',
    'validate',
  ];
  for (const line of lines) {
    const [command, ...options] = line.split(' ');
    const env = { ...process.env, TIMERS_KEEP_CODE: '1', XDG_STATE_HOME: folder };
    const { status, stderr } = spawnSync(process.execPath, [join(__dirname, 'timers.js'), command, ...options], {
      cwd: folder,
      env,
    });
    if (status !== 0) throw new Error(`timers ${line} ended with ${status}: ${stderr}`);
  }
  rmSync(folder, { recursive: true });
}

module.exports = { install };
if (require.main === module) build();
