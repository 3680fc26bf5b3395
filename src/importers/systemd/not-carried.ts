import type { Findings } from './findings.js';
import { shellWord } from './shell-words.js';
import { expandSpecifiers, fixedText } from './specifiers.js';
import type { UnitSetting } from './unit-file.js';
import type { Unit } from './unit.js';

/** Settings of one kind without an equivalent: reported as one difference per unit. */
interface Kind {
  readonly keys: RegExp;
  readonly severity: 'warning' | 'note';
  /** Follows the names of the settings and a colon. */
  readonly message: string;
  readonly hint?: string | ((settings: readonly UnitSetting[], unit: Unit) => string | undefined);
}

/** The settings that other files of this importer read. */
const CARRIED =
  /^(?:Description|On(?:Calendar|Boot|Startup|Active|UnitActive|UnitInactive)(?:Sec)?|Persistent|RandomizedDelaySec|RandomizedOffsetSec|FixedRandomDelay|AccuracySec|Unit|Exec(?:Start(?:Pre|Post)?|Condition)|WorkingDirectory|User|Group|DynamicUser|Environment|EnvironmentFile|PassEnvironment|Timeout(?:Start|Stop)?Sec|RuntimeMaxSec|Restart|RestartSec|RestartPreventExitStatus|StartLimit(?:Interval|IntervalSec|Burst)|SuccessExitStatus|Standard(?:Output|Error))$/;

/** Settings that systemd reads in one section. It ignores them in the others. */
const SECTIONS: readonly (readonly [section: string, keys: RegExp])[] = [
  ['Unit', /^StartLimitIntervalSec$/],
  ['Timer', /^(?:On(?:Calendar|(?:Boot|Startup|Active|UnitActive|UnitInactive)Sec)|Persistent|Randomized.*Sec)$/],
  ['Service', /^(?:Exec.*|User|Group|Environment|EnvironmentFile|WorkingDirectory|Restart|RestartSec|Timeout.*Sec)$/],
];

/** Settings that have no meaning here, or that are only documentation. */
const MEANINGLESS =
  /^(?:X-.*|Documentation|SourcePath|DefaultDependencies|RefuseManual.*|CollectMode|IgnoreOnIsolate|StopWhenUnneeded|AllowIsolate|RemainAfterElapse|NotifyAccess|GuessMainPID|Syslog.*|Log(?!sDirectory).*|TTY.*|Defer.*)$/;

const KINDS: readonly Kind[] = [
  {
    keys: /^(?:After|Before)$/,
    severity: 'note',
    message: 'no meaning here, because a firing does not wait for units.',
  },
  {
    keys: /^Conflicts$/,
    severity: 'warning',
    message: 'left out, because a timer does not start or stop other units.',
    hint: 'Stop the other unit in run, with systemctl stop.',
  },
  {
    keys: /^(?:Requires|Wants|Requisite|BindsTo|PartOf|Upholds|JoinsNamespaceOf|PropagatesReloadTo|Propagates.*)$/,
    severity: 'warning',
    message: 'left out, because a timer does not start or stop other units.',
    hint: 'Start the other unit in run, with systemctl start.',
  },
  {
    keys: /^(?:Requires|Wants)MountsFor$/,
    severity: 'warning',
    message: 'left out, so the command runs even if the path is not mounted.',
    hint: 'Test the mount in run, with mountpoint -q.',
  },
  {
    keys: /^(?:OnFailure|OnSuccess|OnFailureJobMode|OnSuccessJobMode|FailureAction|SuccessAction|StartLimitAction)$/,
    severity: 'warning',
    message: 'left out.',
    hint: 'Write the command under on_failure or on_success, such as systemctl start.',
  },
  {
    keys: /^(?:Condition|Assert)/,
    severity: 'warning',
    message: 'left out, so the command runs even if the condition does not hold.',
    hint: conditionHint,
  },
  {
    keys: /^(?:Nice|IOScheduling.*|CPUScheduling.*|OOMScoreAdjust|TimerSlackNSec)$/,
    severity: 'warning',
    message: 'left out, so the command has the priority of the scheduler.',
    hint: priorityHint,
  },
  {
    keys: /^(?:Limit|Memory(?!Deny)|CPU|AllowedCPUs|Tasks|IO|BlockIO|Startup|Slice|Delegate|OOMPolicy|ManagedOOM|NUMA|AllowedMemoryNodes)/,
    severity: 'warning',
    message: 'left out, because a timer has no resource limits.',
    hint: 'Write ulimit or systemd-run in the command if it needs a limit.',
  },
  {
    keys: /^(?:Runtime|State|Cache|Logs|Configuration)Directory(?:Mode|Preserve)?$/,
    severity: 'warning',
    message: 'left out, so no folder is created.',
    hint: 'Create the folder, or use mkdir -p in the command.',
  },
  {
    keys: /^(?:KillMode|KillSignal|SendSIGKILL|SendSIGHUP|FinalKillSignal|WatchdogSec|WatchdogSignal|RestartKillSignal|TimeoutAbortSec|TimeoutStartFailureMode|TimeoutStopFailureMode)$/,
    severity: 'warning',
    message: 'left out. A timeout sends SIGTERM, then SIGKILL, to everything that the command started.',
  },
  {
    keys: /^(?:ExecStop|ExecStopPost|ExecReload)$/,
    severity: 'warning',
    message: 'left out.',
    hint: 'Put the command at the end of run, or under on_failure.',
  },
  {
    keys: /^UMask$/,
    severity: 'warning',
    message: 'left out, so the command has the umask of the scheduler.',
    hint: (settings) => `In run, put this before the command: umask ${settings.at(-1)?.value ?? '0022'}`,
  },
  {
    keys: /^(?:WakeSystem)$/,
    severity: 'warning',
    message: 'left out, because timers cannot wake the machine. catch_up runs firings that were missed during sleep.',
  },
  {
    keys: /^(?:OnClockChange|OnTimezoneChange)$/,
    severity: 'warning',
    message: 'left out, because a clock change does not fire timers.',
  },
  {
    keys: /^(?:Protect|Private|Restrict|ReadOnly|ReadWrite|Inaccessible|NoExec|ExecPaths|Temporary|Bind|Capability|Ambient|NoNew|SystemCall|Lock|MemoryDeny|RemoveIPC|Mount|Root|SELinux|AppArmor|Smack|SecureBits|Device|Keyring|ProcSubset|IPAddress|Socket|Load|Set|Import|Network|Supplementary|UnsetEnvironment|PAMName|Utmp|Personality|CoredumpFilter|Extension)/,
    severity: 'warning',
    message: 'left out, because a timer has no sandbox.',
    hint: 'Start the command with systemd-run if it needs one.',
  },
];

/** Types of services that need no report: a run ends with the main command. */
const SERVICE_TYPES: ReadonlySet<string> = new Set(['simple', 'exec', 'oneshot', 'notify', 'notify-reload', 'idle']);

/** Reports every setting of a unit that has no effect here. `own` are the names of the timer and its service. */
export function reportNotCarried(unit: Unit, own: ReadonlySet<string>, findings: Findings): void {
  for (const setting of unit.settings) reportMisplaced(setting, findings);
  const written = unit.settings.filter(
    (one) => one.section !== 'Install' && !CARRIED.test(one.key) && !MEANINGLESS.test(one.key) && hasEffect(one),
  );
  const kindOf = (one: UnitSetting): Kind | undefined =>
    KINDS.find(({ keys }) => keys.test(onlyOrders(one, { unit, own }) ? 'After' : one.key));
  for (const kind of KINDS)
    reportKind(kind, { settings: written.filter((one) => kindOf(one) === kind), unit, findings });
  for (const setting of written) if (kindOf(setting) === undefined) reportUnknown(setting, findings);
}

function reportMisplaced(setting: UnitSetting, findings: Findings): void {
  const [section] = SECTIONS.find(([, keys]) => keys.test(setting.key)) ?? [];
  if (section === undefined || section === setting.section) return;
  const message = `${setting.key} is left out, because systemd ignores it in [${setting.section}].`;
  findings.warning(setting, message, `Write it in [${section}].`);
}

/** Whether a setting has an effect. A switch that is off needs no report. */
const hasEffect = ({ key, value }: UnitSetting): boolean =>
  value !== '' && (!/^(?:no|false|off|n|f|0)$/i.test(value) || ON_BY_DEFAULT.test(key));

/**
 * Whether a dependency only orders the start. This is so for targets such as `network-online.target`, and for the
 * service that a timer starts anyway.
 */
function onlyOrders(
  { key, value }: UnitSetting,
  { unit, own }: { readonly unit: Unit; readonly own: ReadonlySet<string> },
): boolean {
  const names = (fixedText(expandSpecifiers(value, unit)) ?? value).split(/\s+/);
  if (DEPENDENCY.test(key) && names.every((name) => own.has(name))) return true;
  return /^(?:Requires|Wants)$/.test(key) && names.every((name) => name.endsWith('.target'));
}

const DEPENDENCY = /^(?:Requires|Wants|Requisite|BindsTo|PartOf|Upholds)$/;

/** Numbers, and switches that are on by default. */
const ON_BY_DEFAULT = /^(?:SendSIGKILL|Nice|IO|CPU|OOM|UMask|Limit|Memory(?!Deny)|Tasks|Timeout|TimerSlack)/;

function reportKind(
  { severity, message, hint }: Kind,
  {
    settings,
    unit,
    findings,
  }: { readonly settings: readonly UnitSetting[]; readonly unit: Unit; readonly findings: Findings },
): void {
  const [first] = settings;
  if (first === undefined) return;
  const names = [...new Set(settings.map(({ key }) => key))].join(', ');
  const way = typeof hint === 'function' ? hint(settings, unit) : hint;
  findings[severity](first, `${names}: ${message}`, way);
}

function reportUnknown(setting: UnitSetting, findings: Findings): void {
  const { key, value, section } = setting;
  if (section === 'Service' && key === 'Type') {
    if (!SERVICE_TYPES.has(value)) {
      const message = `Type=${value} is left out: a run ends when its command does, and so do its background processes.`;
      findings.warning(setting, message, 'Start the program in the foreground.');
    }
  } else if (section === 'Service' && key === 'RemainAfterExit') {
    const message =
      'The timer starts the command each time. In systemd, a service that remains active is not started again.';
    if (/^(?:yes|true|on|1)$/i.test(value)) findings.warning(setting, message);
  } else if (key === 'StandardInput' && value === 'null') return;
  else findings.warning(setting, `${key} is left out: timers has no equivalent.`);
}

const TESTS: Readonly<Record<string, string>> = {
  PathExists: '-e',
  PathIsDirectory: '-d',
  PathIsSymbolicLink: '-L',
  PathIsReadWrite: '-w',
  FileNotEmpty: '-s',
  FileIsExecutable: '-x',
};

function conditionHint(settings: readonly UnitSetting[], unit: Unit): string | undefined {
  const tests = settings.flatMap(({ key, value }) => {
    const test = TESTS[key.replace(/^(?:Condition|Assert)/, '')];
    // One of several conditions with a | is enough, which these tests cannot express.
    const [, not = '', path] = /^(!?)([/%]\S*)$/.exec(value) ?? [];
    const code = key.startsWith('Assert') ? 1 : 0;
    return test === undefined || path === undefined
      ? []
      : [`[ ${not === '' ? '' : '! '}${test} ${shellWord(expandSpecifiers(path, unit))} ] || exit ${code}`];
  });
  return tests.length === 0 ? 'Test the condition in run.' : `In run, put this before the command: ${tests.join('; ')}`;
}

const IO_CLASSES: Readonly<Record<string, string>> = {
  none: '0',
  realtime: '1',
  'best-effort': '2',
  idle: '3',
};

function priorityHint(settings: readonly UnitSetting[]): string | undefined {
  const valueOf = (key: string): string | undefined => settings.findLast((one) => one.key === key)?.value;
  const nice = valueOf('Nice');
  const io = valueOf('IOSchedulingClass');
  const level = valueOf('IOSchedulingPriority');
  const policy = { idle: '-i', batch: '-b' }[valueOf('CPUSchedulingPolicy') ?? ''];
  const words = [
    ...(nice === undefined ? [] : [`nice -n ${nice}`]),
    ...(io === undefined ? [] : [`ionice -c ${IO_CLASSES[io] ?? io}`]),
    ...(level === undefined ? [] : [`${io === undefined ? 'ionice ' : ''}-n ${level}`]),
    ...(policy === undefined ? [] : [`chrt ${policy} 0`]),
  ];
  return words.length === 0 ? undefined : `Write ${words.join(' ')} before the command.`;
}
