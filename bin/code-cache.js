'use strict';

// Compiling the program takes half of its startup time, but V8 can save compiled code. Node 22.8 and later has a
// function for that; on Node 20, this file does it. The build (`node bin/code-cache.js`) runs the most common commands
// and saves the compiled code next to each script of dist/cli. Only the same build of Node looks for it, and V8 rejects
// code that was compiled with other flags or from another source. Without saved code, V8 compiles as usual.

const { mkdtempSync, readFileSync, rmSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { setFlagsFromString } = require('node:v8');
const { Script } = require('node:vm');

// Requiring 'node:module' takes a millisecond, and returns the same class.
const Module = module.constructor;
const KEEPS_CODE = Number.parseInt(process.versions.node) >= 22;
const PROGRAM = join(__dirname, '..', 'dist', 'cli');
const need = Module.createRequire(join(PROGRAM, 'main.cjs'));
// V8 compares only its own version, which is 11.3.244.8 in every Node 20. But releases of Node patch V8, and code
// compiled by one release calls wrong functions in another.
const cacheOf = (name) => join(PROGRAM, `${name}.${process.version}-${process.platform}-${process.arch}.v8cache`);

/**
 * Returns a function that loads a script of dist/cli with its saved code. `keep`: whether to save the code at exit.
 * `isScheduler`: whether V8, on Node 20, optimizes late and lets its heap grow slowly.
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
  // A scheduler ends only by a signal. Other commands end by themselves, and may take longer on a busy machine.
  if (isScheduler) setTimeout(() => process.kill(process.pid, 'SIGTERM'), 500).unref();
  process.on('exit', () => {
    for (const [name, script] of scripts)
      writeFileSync(
        cacheOf(name),
        withUsualFlags(() => script.createCachedData()),
      );
  });
}

// A scheduler's flags:
// - `interrupt-budget`: how many bytes of bytecode a function runs before V8 optimizes it. V8 optimizes on other
//   threads. In a burst, and in a start with many timers, these take the cores that the commands need. The optimized
//   code comes too late there (docs/decisions/0080).
// - `heap-growing-percent`: how much a small heap may grow between two full collections. By default, V8 lets it grow
//   fourfold, and a flood of output fills it with dead strings (0077).
// - `memory-reducer-single-gc`: otherwise, V8 runs three collections in the ten seconds after a start, and two of them
//   find nothing.
// - `no-parallel-scavenge`: otherwise, in a burst, the loop waits for other threads to get a core, only to collect 1 MB
//   of new objects (0088).
// V8 accepts compiled code, including Node's own, only under the flags it was compiled with. So the usual flags are
// restored while anything loads.
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

/** Loads a script of dist/cli. Scripts require each other by name, without Node's search for each module. */
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
 * Runs the most common commands, so that V8 saves the functions they need. Each run starts with the code that the
 * previous one saved.
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
