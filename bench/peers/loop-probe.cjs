// Preloaded into a program: records the longest stop of its event loop, in milliseconds, in the file LOOP_PROBE.
const { writeFileSync } = require('node:fs');

let longest = 0;
let last = performance.now();

function look() {
  const now = performance.now();
  const stop = now - last - 1;
  last = now;
  if (stop <= longest) return;
  longest = stop;
  writeFileSync(process.env.LOOP_PROBE, String(stop));
}

// Anything before the program is ready is not part of a burst.
setTimeout(() => {
  last = performance.now();
  setInterval(look, 1).unref();
}, Number(process.env.LOOP_PROBE_AFTER)).unref();
