import { EVENTS, type TimerEvent } from '../../src/domain/events/index.js';
import type { Firing } from '../../src/domain/firing.js';
import { HOUR } from '../../src/domain/time.js';

export const at = Date.parse('2026-11-23T08:00:00.500Z');

export const firing: Firing = {
  jobName: 'backup',
  scheduledFor: Date.parse('2026-11-23T08:00:00Z'),
  trigger: 'schedule',
  generation: 0,
};

const run = { at, firing, runId: 'r1' } as const;
const finished = {
  event: 'run.finished',
  durationMs: 1_234,
  attempts: 1,
  latenessMs: 3,
  failuresInARow: 0,
  ...run,
} as const;

const FAILURE = { status: 'failure', exitCode: 3, error: 'exit code 3' } as const;

/** The example of the reference, at another time. */
const example = <Name extends TimerEvent['event']>(event: Name) => ({ ...EVENTS[event].example, at });

/** Events of shared states, workers and parts of the scheduler, with their sentences. */
const BEYOND_RUNS: readonly (readonly [string, TimerEvent])[] = [
  ['standing by: night-1 is active on redis://db.example:6379/0 (timers)', example('scheduler.standing_by')],
  ['took over from night-1, 15.2 s after it was last seen', example('scheduler.took_over')],
  ['became the active machine of a new state', { event: 'scheduler.took_over', at, fence: 1 }],
  ['lost the shared state: the lease ran out; ending 2 runs', example('scheduler.lost_state')],
  [
    'lost the shared state: another machine took over; leaving 1 run',
    { ...example('scheduler.lost_state'), why: 'fenced', running: 1, action: 'keep' },
  ],
  ['the state redis://db.example:6379/0 (timers) lost 3 commits; they are written again', example('state.went_back')],
  [
    'the state redis://db.example:6379/0 (timers) lost 1 commit; what they recorded may run again',
    { ...example('state.went_back'), behind: 1, isRestored: false },
  ],
  [
    'night-2 stands by with a different timer file (lacks report; changes backup), which would apply after a takeover',
    example('config.differs'),
  ],
  [
    'cannot load https://timers.example.org/edge-7.yaml; the current timers keep running: it does not respond',
    example('config.unreachable'),
  ],
  [
    'https://timers.example.org/edge-7.yaml is reachable again after 1 h',
    { ...example('config.reachable'), since: at - HOUR },
  ],
  [
    'cannot forward 12 outcomes to timers.example.org, and will retry: it does not respond',
    example('forward.unavailable'),
  ],
  [
    'cannot forward 1 outcome to timers.example.org, and will retry: it does not respond',
    { ...example('forward.unavailable'), unsent: 1 },
  ],
  ['forwarding outcomes to timers.example.org again after 1 h', { ...example('forward.recovered'), since: at - HOUR }],
  ['57 outcomes were deleted before timers.example.org accepted them (numbers 41 to 97)', example('forward.dropped')],
  [
    '1 outcome was deleted before timers.example.org accepted it (number 41)',
    { ...example('forward.dropped'), to: 41 },
  ],
  [
    'timers.example.org rejected the outcome of backup@2026-11-23T02:00:00.000Z (number 41), so it is not sent again: no',
    { ...example('forward.refused'), reason: 'no' },
  ],
  ['commands start through execa: timers-forker is not built', example('launcher.fallback')],
  [
    'timers-forker (pid 4713) died, and the outcome of 2 active runs is lost; execa starts commands until timers-forker is back',
    example('launcher.lost'),
  ],
  [
    'timers-forker (pid 4713) did not reply and was killed, and the outcome of 1 active run is lost; execa starts commands until timers-forker is back',
    { ...example('launcher.lost'), running: 1, hung: true },
  ],
  ['timers-forker (pid 5120) starts commands again', example('launcher.restored')],
  ['can write the log file /var/log/timers.log again', example('log.recovered')],
  [
    'cannot rotate the log file /var/log/timers.log, which keeps growing: permission is denied',
    example('log.unrotated'),
  ],
  [
    'worker worker-1 accepts runs for any, gpu from redis://db.example:6379/0 (timers), up to 4 at once',
    example('worker.started'),
  ],
  [
    'worker worker-1 did not start a run: its file /etc/timers/timers.yaml has no timer "report"',
    example('worker.refused'),
  ],
  [
    'the store rejects messages, so runs on workers cannot be canceled: no access',
    { ...example('queue.unheard'), reason: 'no access' },
  ],
  ['backup ended after 9.1 s: exit code 0', example('attempt.ended')],
  ['worker worker-1 is stopping after SIGTERM, and waits for 2 runs', example('worker.stopping')],
  ['worker worker-1 is stopping after SIGTERM', { ...example('worker.stopping'), running: 0 }],
  ['worker worker-1 stopped after 42 attempts', example('worker.stopped')],
  ['worker worker-1 stopped after 1 attempt', { ...example('worker.stopped'), attempts: 1 }],
];

/** At least one event of every kind, with its sentence. */
export const SENTENCES: readonly (readonly [string, TimerEvent])[] = [
  ...BEYOND_RUNS,
  [
    'started 3 timers from /etc/timers.yaml',
    { event: 'scheduler.started', at, version: '1', file: '/etc/timers.yaml', timers: 3, pid: 7 },
  ],
  [
    'started 1 timer from /etc/timers.yaml',
    { event: 'scheduler.started', at, version: '1', file: '/etc/timers.yaml', timers: 1, pid: 7 },
  ],
  ['stopping on SIGTERM: canceling 2 active runs', { event: 'scheduler.stopping', at, signal: 'SIGTERM', running: 2 }],
  ['stopping: no active runs', { event: 'scheduler.stopping', at, running: 0 }],
  ['stopped after 2 h 3 min and 120 runs', { event: 'scheduler.stopped', at, runs: 120, uptimeMs: 7_380_000 }],
  ['backup started', { event: 'run.started', attempt: 1, pid: 9, latenessMs: 12, ...run }],
  ['backup started, 4 s late', { event: 'run.started', attempt: 1, pid: 9, latenessMs: 4_000, ...run }],
  [
    'backup started to catch up, 2 h 30 min late',
    { event: 'run.started', attempt: 1, pid: 9, latenessMs: 9e6, ...run, firing: { ...firing, trigger: 'catch_up' } },
  ],
  ['backup started again (attempt 2)', { event: 'run.started', attempt: 2, pid: 9, latenessMs: 9_000, ...run }],
  ['oops', { event: 'run.output', stream: 'stderr', lines: 'oops', truncated: false, ...run }],
  [
    'backup failed: exit code 3 (attempt 1); retrying in 5 s',
    {
      event: 'attempt.failed',
      attempt: 1,
      retryInMs: 5_000,
      outcome: { status: 'failure', exitCode: 3, error: 'exit code 3' },
      ...run,
    },
  ],
  [
    'backup failed: the scheduler died while it was running (attempt 1); retrying in 5 s',
    {
      event: 'attempt.failed',
      attempt: 1,
      retryInMs: 5_000,
      outcome: { status: 'lost', error: 'the scheduler died while it was running' },
      ...run,
    },
  ],
  [
    'backup failed: exit code 3 (attempt 3); starting its fallback',
    {
      event: 'attempt.failed',
      attempt: 3,
      retryInMs: 0,
      isBeforeFallback: true,
      outcome: { status: 'failure', exitCode: 3, error: 'exit code 3' },
      ...run,
    },
  ],
  [
    'backup started its fallback',
    {
      event: 'run.started',
      attempt: 4,
      pid: 9,
      latenessMs: 12,
      decided: { kind: 'finished', outcome: FAILURE },
      ...run,
    },
  ],
  [
    'backup started its fallback in place of its command: its breaker is open',
    {
      event: 'run.started',
      attempt: 1,
      pid: 9,
      latenessMs: 12,
      decided: { kind: 'skipped', reason: 'breaker_open' },
      ...run,
    },
  ],
  [
    'backup failed: exit code 3 after 1 s (3 attempts); its fallback succeeded in 234 ms',
    { ...finished, attempts: 3, outcome: FAILURE, fallback: { outcome: { status: 'success' }, durationMs: 234 } },
  ],
  [
    'backup timed out after 1 s; its fallback timed out after 234 ms',
    {
      ...finished,
      outcome: { status: 'timeout', error: 'timed out after 1 s' },
      fallback: { outcome: { status: 'timeout', error: 'timed out after 234 ms' }, durationMs: 234 },
    },
  ],
  ...(
    [
      ['failure', 'exit code 2', 'failed: exit code 2'],
      ['canceled', 'the scheduler was stopped', 'was canceled: the scheduler was stopped'],
      ['lost', 'the scheduler died while it was running', 'was lost: the scheduler died while it was running'],
    ] as const
  ).map(
    ([status, error, said]) =>
      [
        `backup failed: exit code 3 after 1.2 s; its fallback ${said}`,
        { ...finished, outcome: FAILURE, fallback: { outcome: { status, error } } },
      ] as const,
  ),
  ['backup finished in 1.2 s', { ...finished, outcome: { status: 'success', exitCode: 0 } }],
  ['backup finished in 1.2 s (2 attempts)', { ...finished, attempts: 2, outcome: { status: 'success', exitCode: 0 } }],
  [
    'backup failed: exit code 3 after 1.2 s (3 attempts)',
    { ...finished, attempts: 3, outcome: { status: 'failure', exitCode: 3, error: 'exit code 3' } },
  ],
  [
    'backup failed: nope was not found in PATH',
    { ...finished, outcome: { status: 'failure', exitCode: 127, error: 'nope was not found in PATH' } },
  ],
  [
    'backup timed out after 1 s',
    { ...finished, outcome: { status: 'timeout', signal: 'SIGTERM', error: 'timed out after 1 s' } },
  ],
  [
    'backup was canceled after 1.2 s: the scheduler was stopped',
    { ...finished, outcome: { status: 'canceled', error: 'the scheduler was stopped' } },
  ],
  ['backup was lost: the scheduler died while it was running', { ...finished, outcome: { status: 'lost' } }],
  [
    'backup skipped its firing at 2026-11-23T08:00:00.000Z: the previous run is still active',
    { event: 'firing.skipped', at, firing, reason: 'overlap' },
  ],
  [
    'backup skipped its firing at 2026-11-23T08:00:00.000Z: not our turn',
    { event: 'firing.skipped', at, firing, reason: 'not_our_turn' },
  ],
  [
    'backup missed its firing at 2026-11-23T08:00:00.000Z: it could not start in time',
    { event: 'firing.missed', at, firing, reason: 'deadline' },
  ],
  [
    'backup missed 12 firings from 2026-11-22T20:00:00.000Z to 2026-11-23T08:00:00.000Z: the clock jumped',
    {
      event: 'firing.missed',
      at,
      firing,
      reason: 'clock_jump',
      count: 12,
      firstScheduledFor: Date.parse('2026-11-22T20:00:00Z'),
    },
  ],
  ['the clock was set forward by 1 h', { event: 'clock.jumped', at, deltaMs: 3_600_000, cause: 'step' }],
  [
    'the clock was set back by 5 h; every timer was armed again',
    { event: 'clock.jumped', at, deltaMs: -18_000_000, cause: 'step', corrected: true },
  ],
  ['the machine was suspended for 8 h 30 min', { event: 'clock.jumped', at, deltaMs: 30_600_000, cause: 'suspend' }],
  [
    'the clock is 250 ms slow (± 0.7 ms, according to a.example, chrony), more than 50 ms',
    { event: 'clock.drift', at, offsetMs: 250.04, errorMs: 0.71, source: 'a.example, chrony', limitMs: 50 },
  ],
  [
    'the clock is 1.3 s fast (± 12 ms, according to chrony), more than 50 ms; the offset is too large for timers to follow',
    { event: 'clock.drift', at, offsetMs: -1_300, errorMs: 12.3, source: 'chrony', limitMs: 50, followed: false },
  ],
  [
    'the clock is 90 ms slow (± 0.5 ms, according to chrony), more than 50 ms; timers follow the measured time',
    { event: 'clock.drift', at, offsetMs: 90, errorMs: 0.5, source: 'chrony', limitMs: 50, followed: true },
  ],
  [
    'the clock is within its limit again: 0.3 ms fast (± 0.5 ms, according to chrony)',
    { event: 'clock.synchronised', at, offsetMs: -0.3, errorMs: 0.5, source: 'chrony', limitMs: 50 },
  ],
  [
    'ntp.example.org does not respond',
    { event: 'clock.unmeasured', at, source: 'ntp.example.org', reason: 'does not respond' },
  ],
  [
    'cannot write the log file /var/log/timers.log; timers keep running: the disk is full',
    { event: 'log.unavailable', at, file: '/var/log/timers.log', reason: 'the disk is full' },
  ],
  ['4 log records dropped: the log could not be written fast enough', { event: 'log.dropped', at, records: 4 }],
  [
    'internal error while planning backup, please report it: TypeError: no; retrying in 2 s',
    { event: 'internal.error', at, jobName: 'backup', doing: 'planning', error: 'TypeError: no', retryInMs: 2_000 },
  ],
  [
    'internal error while recording, please report it: TypeError: no',
    { event: 'internal.error', at, doing: 'recording', error: 'TypeError: no', stack: 'TypeError: no at x' },
  ],
  [
    'ignoring 2 invalid values in the state /var/s.db: timer backup: breaker is "opem"',
    { event: 'state.invalid', at, file: '/var/s.db', count: 2, problems: ['timer backup: breaker is "opem"', 'x'] },
  ],
  ['backup was admitted', { event: 'run.admitted', ...run }],
  ['backup is about to start attempt 2', { event: 'attempt.begun', attempt: 2, latenessMs: 0, ...run }],
  [
    'backup skips its firings for 5 min: its breaker opened after 3 failed runs in a row',
    { event: 'breaker.opened', at, jobName: 'backup', failures: 3, cooldownMs: 300_000 },
  ],
  [
    'backup gets one trial run: its breaker was open for 5 min after 1 failed run in a row',
    { event: 'breaker.half_open', at, jobName: 'backup', failures: 1, cooldownMs: 300_000 },
  ],
  [
    'backup runs as usual again: its breaker closed',
    { event: 'breaker.closed', at, jobName: 'backup', failures: 0, cooldownMs: 0 },
  ],
  [
    'backup is paused until 2026-11-23T08:00:00.500Z: the disk is being changed',
    { event: 'timer.paused', at, jobName: 'backup', until: at, reason: 'the disk is being changed' },
  ],
  ['backup is paused until you resume it', { event: 'timer.paused', at, jobName: 'backup' }],
  ['backup resumed', { event: 'timer.resumed', at, jobName: 'backup' }],
  [
    'backup was reset; next firing at 2026-11-23T08:00:00.500Z',
    { event: 'timer.reset', at, jobName: 'backup', next: at },
  ],
  [
    'backup was reset; next firing at 2026-11-23T08:00:02.500Z, due 2026-11-23T08:00:00.500Z',
    { event: 'timer.reset', at, jobName: 'backup', next: at, startsAt: at + 2_000 },
  ],
  ['backup was reset', { event: 'timer.reset', at, jobName: 'backup' }],
  [
    'at:4k2f9 was added, due at 2026-11-23T08:00:00.500Z: ls -l',
    { event: 'timer.added', at, jobName: 'at:4k2f9', next: at, command: 'ls -l' },
  ],
  ['at:4k2f9 was removed before it came due', { event: 'timer.removed', at, jobName: 'at:4k2f9', reason: 'canceled' }],
  ['at:4k2f9 was removed after its outcome', { event: 'timer.removed', at, jobName: 'at:4k2f9', reason: 'over' }],
  [
    'reloaded /etc/timers.yaml: 1 added, 2 changed',
    { event: 'config.reloaded', at, file: '/etc/timers.yaml', added: ['a'], removed: [], changed: ['b', 'c'] },
  ],
  [
    'reloaded /etc/timers.yaml: no timer changed',
    { event: 'config.reloaded', at, file: '/etc/timers.yaml', added: [], removed: [], changed: [] },
  ],
  [
    'rejected /etc/timers.yaml and kept the current timers: 3:5 Unknown key "timout". (and 1 more)',
    {
      event: 'config.rejected',
      at,
      file: '/etc/timers.yaml',
      problems: ['3:5 Unknown key "timout".', '4:1 The timer has no run.'],
    },
  ],
  [
    'backup could not complete its on_failure hook: exit code 7',
    {
      event: 'hook.failed',
      at,
      jobName: 'backup',
      runId: 'r1',
      hook: 'on_failure',
      outcome: { status: 'failure', exitCode: 7, error: 'exit code 7' },
      outputTail: 'no route',
    },
  ],
  [
    'backup could not report its success to hc-ping.com: it returned 503',
    {
      event: 'ping.failed',
      at,
      jobName: 'backup',
      runId: 'r1',
      monitor: 'healthchecks',
      moment: 'success',
      host: 'hc-ping.com',
      tries: 3,
      error: 'it returned 503',
    },
  ],
  [
    'backup could not notify hooks.slack.com (failed): no response within 10 s',
    {
      event: 'notification.failed',
      at,
      jobName: 'backup',
      change: 'failed',
      host: 'hooks.slack.com',
      error: 'no response within 10 s',
    },
  ],
  [
    'backup could not run its notify command (recovered): exit code 7',
    { event: 'notification.failed', at, jobName: 'backup', change: 'recovered', error: 'exit code 7' },
  ],
  [
    'the heartbeat to hc-ping.com failed: nothing is listening there',
    { event: 'heartbeat.failed', at, host: 'hc-ping.com', error: 'nothing is listening there' },
  ],
  ['the HTTP server is listening on 127.0.0.1:9464', { event: 'http.listening', at, address: '127.0.0.1:9464' }],
  [
    'the HTTP server cannot listen on 127.0.0.1:9464 and retries every few seconds: another program is using that port (EADDRINUSE)',
    {
      event: 'http.unavailable',
      at,
      address: '127.0.0.1:9464',
      reason: 'another program is using that port (EADDRINUSE)',
    },
  ],
  ['the heartbeat command works again after 2 failures', { event: 'heartbeat.recovered', at, failures: 2 }],
  [
    'backup still has process 77 from before the scheduler died: killing it',
    { event: 'orphan.found', pid: 77, action: 'kill', ...run },
  ],
  [
    'backup still has process 77 from before the scheduler died: it keeps running',
    { event: 'orphan.found', pid: 77, action: 'keep', ...run },
  ],
  [
    'cannot write the state /s/timers.db; timers keep running from memory: the disk is full',
    { event: 'state.unavailable', at, file: '/s/timers.db', reason: 'the disk is full' },
  ],
  ['can write the state /s/timers.db again', { event: 'state.recovered', at, file: '/s/timers.db', lost: 0 }],
  [
    'can write the state /s/timers.db again; 2 records did not fit in memory and are lost',
    { event: 'state.recovered', at, file: '/s/timers.db', lost: 2 },
  ],
  [
    'could not write 1 record to the state /s/timers.db; the next start will not know it: it is read-only',
    { event: 'state.unrecorded', at, file: '/s/timers.db', reason: 'it is read-only', lost: 1 },
  ],
  [
    'could not write the last changes to the state /s/timers.db; the next start will not know them: it is read-only',
    { event: 'state.unrecorded', at, file: '/s/timers.db', reason: 'it is read-only', lost: 0 },
  ],
  [
    'could not use the state /s/timers.db and renamed it to /s/timers.db.bad-1: it is no SQLite database',
    {
      event: 'state.set_aside',
      at,
      file: '/s/timers.db',
      aside: '/s/timers.db.bad-1',
      reason: 'it is no SQLite database',
    },
  ],
];
