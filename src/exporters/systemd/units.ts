import type { Job } from '../../domain/job.js';
import type { ExportDifference, Exporter, ExportedFile } from '../kind.js';
import { KEEP_IN_TIMERS, keysLeftOut, keysOfJob, type TimerKeys } from '../timer-keys.js';
import { limitLines, restartOf, retryWritten, serviceLines, startLimitOf } from './service-section.js';
import { systemdSpan, timerLines } from './timer-section.js';

/** A `.timer` with its `.service` for each timer. */
export const systemdUnits: Exporter = {
  name: 'systemd',
  summary: 'a .timer and a .service unit for each timer',

  write(jobs) {
    const exported = jobs.map(unitsOf);
    return {
      files: exported.flatMap(({ files }) => files),
      differences: exported.flatMap(({ differences }) => differences),
    };
  },
};

const CARRIED = [
  ...['cron', 'every', 'in', 'at', 'run', 'description', 'enabled', 'run_at_start', 'catch_up', 'jitter', 'cwd', 'env'],
  ...['env_file', 'user', 'timeout', 'kill_after', 'success_codes', 'output', 'retry', 'not_before', 'not_after'],
];

const SPLIT_OR_KEEP = 'Write several expressions, or run the timer with timers.';

interface JobUnits {
  readonly files: readonly ExportedFile[];
  readonly differences: readonly ExportDifference[];
}

function unitsOf(job: Job): JobUnits {
  const keys = keysOfJob(job);
  const timer = timerLines(job, keys);
  const about = (severity: ExportDifference['severity'], message: string): ExportDifference => ({
    timer: job.name,
    severity,
    message,
  });
  if ('refusal' in timer) {
    const hint = job.written.key === 'cron' ? SPLIT_OR_KEEP : KEEP_IN_TIMERS;
    return { files: [], differences: [{ ...about('error', `The timer is left out. ${timer.refusal}`), hint }] };
  }
  return {
    files: [
      { name: `${job.name}.timer`, text: timerUnit(job, keys, timer.lines) },
      { name: `${job.name}.service`, text: serviceUnit(job, keys) },
    ],
    differences: [
      ...[...timer.warnings, ...warningsOf(job, keys, hasCalendar(timer.lines))].map((message) =>
        about('warning', message),
      ),
      ...(job.enabled ? [] : [about('note', 'The unit has no [Install] section, since the timer is disabled.')]),
      ...keysLeftOut(job, CARRIED),
    ],
  };
}

const hasCalendar = (lines: readonly string[]): boolean => lines.some((line) => line.startsWith('OnCalendar='));

const unitText = (sections: readonly (readonly [name: string, lines: readonly string[]])[]): string =>
  sections
    .filter(([, lines]) => lines.length > 0)
    .map(([name, lines]) => `[${name}]\n${lines.join('\n')}\n`)
    .join('\n');

/** Writes the description on one line. */
const describe = ({ name, description = name }: Job): string =>
  `Description=${description.replaceAll('%', '%%').replace(/\s+/g, ' ').replace(/\\+$/, '').trim()}`;

function timerUnit(job: Job, { catch_up: catchUp, jitter }: TimerKeys, lines: readonly string[]): string {
  const persistent = catchUp !== undefined && catchUp !== false && hasCalendar(lines) ? ['Persistent=true'] : [];
  const delay =
    typeof jitter === 'number' && jitter > 0
      ? [`RandomizedDelaySec=${systemdSpan(jitter)}`, 'FixedRandomDelay=true']
      : [];
  return unitText([
    ['Unit', [describe(job)]],
    ['Timer', [...lines, ...persistent, ...delay, 'AccuracySec=1us']],
    ['Install', job.enabled ? ['WantedBy=timers.target'] : []],
  ]);
}

const serviceUnit = (job: Job, keys: TimerKeys): string =>
  unitText([
    ['Unit', [describe(job), ...limitLines(job, keys)]],
    ['Service', serviceLines(job, keys)],
  ]);

type Warning = readonly [applies: boolean, message: string];

function warningsOf(job: Job, keys: TimerKeys, isOnCalendar: boolean): readonly string[] {
  const { catch_up: catchUp } = keys;
  const { output, successCodes } = job.command;
  const warnings: readonly Warning[] = [
    [catchUp !== undefined && catchUp !== false && !isOnCalendar, 'catch_up is left out: it needs OnCalendar.'],
    [
      typeof catchUp !== 'boolean' && catchUp !== undefined && isOnCalendar,
      'Persistent runs the latest missed firing, however old it is.',
    ],
    ...retryWarnings(job, keys),
    [!successCodes.includes(0), 'systemd always counts exit code 0 as a success.'],
    [output.to === 'file' && output.maxSize !== undefined, 'systemd does not rotate the output file.'],
    [output.to === 'log' && output.parse !== undefined, 'The journal does not parse JSON lines.'],
  ];
  return warnings.filter(([applies]) => applies).map(([, message]) => message);
}

function retryWarnings(job: Job, keys: TimerKeys): readonly Warning[] {
  const retry = retryWritten(keys['retry']);
  if (retry === undefined) return [];
  const { burst } = startLimitOf(job, retry);
  return [
    [retry.factor !== 1 && retry.attempts > 2, 'systemd waits equally long before each attempt.'],
    [restartOf(retry) === undefined, 'systemd retries every failure, regardless of retry.on.'],
    [
      retry.not_on?.some((failure) => typeof failure !== 'number') === true,
      'retry.not_on: only exit codes are carried over, so systemd retries the others.',
    ],
    [
      job.timeout === undefined,
      'Without a timeout, systemd may retry indefinitely: its limit counts only starts within a short time.',
    ],
    [
      burst !== retry.attempts,
      `systemd counts firings and retries together, so a run may get up to ${burst} attempts.`,
    ],
  ];
}
