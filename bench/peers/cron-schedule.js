// What a user writes with cron-schedule: `node cron-schedule.js child_process|execa FILE`. FILE: JSON, a list of [cron
// expression, shell command].
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { parseCronExpression } from 'cron-schedule';
import { TimerBasedCronScheduler } from 'cron-schedule/schedulers/timer-based.js';

const [, , launcher, file] = process.argv;
const { execa } = launcher === 'execa' ? await import('execa') : {};

const log = (record) => process.stdout.write(`${JSON.stringify({ timestamp: new Date().toISOString(), ...record })}\n`);

function start(command) {
  if (execa !== undefined) {
    return execa('/bin/sh', ['-c', command], { buffer: false, reject: false, stdin: 'ignore', detached: true });
  }
  return spawn('/bin/sh', ['-c', command], { stdio: ['ignore', 'pipe', 'pipe'] });
}

JSON.parse(readFileSync(file, 'utf8')).forEach(([expression, command], index) => {
  const task_name = `t${index}`;
  TimerBasedCronScheduler.setInterval(parseCronExpression(expression), () => {
    const startedAt = performance.now();
    const child = start(command);
    for (const stream of ['stdout', 'stderr'])
      createInterface(child[stream]).on('line', (msg) => log({ event: 'output', task_name, stream, msg }));
    child.on('error', (error) => log({ event: 'finished', task_name, error: error.message }));
    child.on('close', (exit_code) =>
      log({ event: 'finished', task_name, exit_code, duration_ms: performance.now() - startedAt }),
    );
  });
});
log({ event: 'ready' });
