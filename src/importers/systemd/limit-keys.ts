import type { Findings } from './findings.js';
import { parseTimeSpan, writeDuration } from './time-span.js';
import type { UnitSetting } from './unit-file.js';
import type { Unit } from './unit.js';

type Keys = Readonly<Record<string, unknown>>;

const isOneshot = (service: Unit): boolean => service.last('Service', 'Type')?.value === 'oneshot';

/** systemd's default for `TimeoutStopSec`. */
const STOP_TIMEOUT = '90s';

/** Returns `timeout` and `kill_after` of a service. */
export function timeoutKeys(service: Unit, findings: Findings): Keys {
  const spanOf = (setting: UnitSetting | undefined): string | undefined => {
    if (setting === undefined) return undefined;
    const length = parseTimeSpan(setting.value);
    if (length === undefined) findings.warning(setting, `"${setting.value}" is not a time span and is left out.`);
    // 0 means no limit, as in older systems.
    return length === undefined || length === 0 || length === Infinity ? undefined : writeDuration(length);
  };
  const start = service.all('Service', 'TimeoutStartSec', 'TimeoutSec').at(-1);
  const runtime = service.last('Service', 'RuntimeMaxSec');
  const timeout = spanOf(isOneshot(service) ? start : runtime);
  const stop = service.all('Service', 'TimeoutStopSec', 'TimeoutSec').at(-1);
  const killAfter = spanOf(stop) ?? (timeout === undefined ? undefined : STOP_TIMEOUT);
  const commands = service.all('Service', 'ExecStart', 'ExecStartPre', 'ExecStartPost');
  if (start !== undefined && timeout !== undefined && isOneshot(service) && commands.length > 1)
    findings.warning(start, 'The timeout covers all commands together. In systemd, it applies to each one.');
  return { ...(timeout !== undefined && { timeout }), ...(killAfter !== undefined && { kill_after: killAfter }) };
}

const EXIT_NAMES: ReadonlyMap<string, number> = new Map(
  [
    ...['SUCCESS', 'FAILURE', 'INVALIDARGUMENT', 'NOTIMPLEMENTED', 'NOPERMISSION', 'NOTINSTALLED', 'NOTCONFIGURED'],
    'NOTRUNNING',
  ]
    .map((name, code) => [name, code] as const)
    .concat(
      [
        ...['USAGE', 'DATAERR', 'NOINPUT', 'NOUSER', 'NOHOST', 'UNAVAILABLE', 'SOFTWARE', 'OSERR', 'OSFILE'],
        ...['CANTCREAT', 'IOERR', 'TEMPFAIL', 'PROTOCOL', 'NOPERM', 'CONFIG'],
      ].map((name, index) => [name, 64 + index] as const),
    ),
);

/** Returns the exit codes that a setting lists, and reports signals. */
function exitCodes(settings: readonly UnitSetting[], findings: Findings): readonly number[] {
  return settings.flatMap((setting) =>
    setting.value.split(/\s+/).flatMap((word) => {
      const code = /^\d+$/.test(word) ? Number(word) : EXIT_NAMES.get(word.replace(/^EX_/, ''));
      if (code !== undefined && code <= 255) return [code];
      findings.warning(setting, `${word} is left out: only exit codes count here, not signals.`);
      return [];
    }),
  );
}

export function successKeys(service: Unit, findings: Findings): Keys {
  const codes = exitCodes(service.all('Service', 'SuccessExitStatus'), findings);
  return codes.length === 0 ? {} : { success_codes: [...new Set([0, ...codes])] };
}

/** The failures for `retry.on`. Absent for all failures. */
const RETRIED: Readonly<Record<string, { readonly on?: readonly string[] }>> = {
  'on-failure': {},
  always: {},
  'on-abnormal': { on: ['signal', 'timeout'] },
  'on-abort': { on: ['signal'] },
};

/** systemd's defaults. Times are in milliseconds. */
const RESTART_PAUSE = 100;
const LIMIT_INTERVAL = 10_000;
const LIMIT_BURST = 5;
/** The number of attempts for a service that systemd restarts without a limit. */
const MANY_ATTEMPTS = 100;

/** Returns `retry` of a service that systemd restarts. */
export function retryKeys(service: Unit, findings: Findings): Keys {
  const restart = service.last('Service', 'Restart');
  if (restart === undefined || restart.value === 'no') return {};
  const rule = RETRIED[restart.value];
  if (rule === undefined || restart.value === 'always')
    findings.warning(restart, 'Only failed runs are retried. A run that succeeded is not started again.');
  if (rule === undefined) return {};
  const pause = parseTimeSpan(service.last('Service', 'RestartSec')?.value ?? '') ?? RESTART_PAUSE;
  const attempts = attemptsOf(service, { pause, restart, findings });
  return {
    retry: { attempts, delay: writeDuration(pause), factor: 1, ...failures(service, rule, findings) },
  };
}

/** Returns the maximum length of an attempt, in milliseconds; Infinity without a timeout. */
function longestAttempt(service: Unit): number {
  const keys = isOneshot(service) ? ['TimeoutStartSec', 'TimeoutSec'] : ['RuntimeMaxSec'];
  const length = parseTimeSpan(service.all('Service', ...keys).at(-1)?.value ?? '') ?? Infinity;
  return length === 0 ? Infinity : length;
}

function failures(service: Unit, rule: { readonly on?: readonly string[] }, findings: Findings): Keys {
  const final = exitCodes(service.all('Service', 'RestartPreventExitStatus'), findings);
  return rule.on === undefined && final.length > 0 ? { not_on: final } : rule;
}

/** Returns how many starts systemd allows, and in how many milliseconds. */
function startLimit(service: Unit): { readonly interval: number; readonly burst: number } {
  // Before version 230, both were settings of [Service], where systemd still reads them by their old names.
  const written =
    service.all('Unit', 'StartLimitIntervalSec', 'StartLimitInterval').at(-1) ??
    service.last('Service', 'StartLimitInterval');
  const interval = parseTimeSpan(written?.value ?? '') ?? LIMIT_INTERVAL;
  const times = service.last('Unit', 'StartLimitBurst') ?? service.last('Service', 'StartLimitBurst');
  return { interval, burst: Number(times?.value ?? LIMIT_BURST) };
}

function attemptsOf(
  service: Unit,
  { pause, restart, findings }: { readonly pause: number; readonly restart: UnitSetting; readonly findings: Findings },
): number {
  const { interval, burst } = startLimit(service);
  const exported = Number(service.last('Unit', 'X-Attempts')?.value);
  if (exported > 1 && exported < burst) return exported;
  const isLimited = interval > 0 && burst > 0 && pause * burst < interval;
  if (isLimited) {
    const longest = Math.floor(interval / burst - pause);
    if (longestAttempt(service) >= longest)
      findings.warning(
        restart,
        `Here a run gets ${burst} attempts. systemd restarts the service indefinitely if each attempt takes ${writeDuration(longest)}.`,
      );
    return burst;
  }
  findings.warning(
    restart,
    `systemd restarts the service indefinitely. Here a run gets ${MANY_ATTEMPTS} attempts.`,
    'Set retry.attempts to the number you want.',
  );
  return MANY_ATTEMPTS;
}
