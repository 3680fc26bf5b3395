import type { Findings } from './findings.js';
import { plainWords, readExecLine, shellCommand, type ExecCommand } from './exec-line.js';
import type { UnitSetting } from './unit-file.js';
import type { Unit } from './unit.js';

/** `run`, and the `shell` of its text. */
export interface RunKeys {
  readonly run: string | readonly string[];
  readonly shell?: string;
}

/** A command, and the line that it comes from. */
interface Step {
  readonly setting: UnitSetting;
  readonly command: ExecCommand;
}

/**
 * Returns what a service runs; `undefined` if it has no command. `prologue` is shell text that comes first, a
 * command on each line, such as `cd "${HOME}" || exit`.
 */
export function serviceRun(service: Unit, prologue: readonly string[], findings: Findings): RunKeys | undefined {
  const stepsOf = (key: string): readonly Step[] =>
    service
      .all('Service', key)
      .flatMap((setting) => readExecLine(setting.value, service).map((command) => ({ setting, command })));
  const main = stepsOf('ExecStart');
  const [conditions, before, after] = [stepsOf('ExecCondition'), stepsOf('ExecStartPre'), stepsOf('ExecStartPost')];
  for (const { command, setting } of [...conditions, ...before, ...main, ...after])
    reportPrefixes(command, setting, { service, findings });
  const [first] = main;
  if (first === undefined) return undefined;
  const steps = [...before, ...main, ...after].map(({ command }) => command);
  if (steps.length === 1 && conditions.length === 0 && prologue.length === 0) return singleRun(first.command);
  return { run: scriptOf(conditions, steps, prologue) };
}

function singleRun(command: ExecCommand): RunKeys {
  const words = plainWords(command);
  if (words === undefined) return { run: shellCommand(command) };
  const [program = '', option, script, ...others] = words;
  const shell = /^(?:\/usr)?\/bin\/(?:ba|da|z)?sh$/.test(program) ? program : undefined;
  if (shell === undefined || option !== '-c' || script === undefined || others.length > 0) return { run: words };
  return { run: script, ...(!/\/sh$/.test(shell) && { shell }) };
}

/** Joins commands to a script. Each command runs if those before it succeeded. */
function scriptOf(conditions: readonly Step[], commands: readonly ExecCommand[], prologue: readonly string[]): string {
  const guards = conditions.map(({ command }) => `${shellCommand(command)} || exit 0`);
  const texts = commands.map((command) => {
    const text = shellCommand(command);
    return command.prefixes.includes('-') && commands.length > 1 ? `{ ${text}; }` : text;
  });
  return [...prologue, ...guards, texts.join(' &&\n')].join('\n');
}

function reportPrefixes(
  { prefixes }: ExecCommand,
  setting: UnitSetting,
  { service, findings }: { readonly service: Unit; readonly findings: Findings },
): void {
  if (prefixes.includes('@')) findings.note(setting, 'The program gets its own path as argv[0], not another name.');
  if (/[+!]/.test(prefixes) && service.last('Service', 'User') !== undefined)
    findings.warning(setting, 'The command runs as the user of the timer, without the privileges that + and ! grant.');
}
