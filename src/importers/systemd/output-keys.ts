import type { Findings } from './findings.js';
import { expandSpecifiers, fixedText } from './specifiers.js';
import type { UnitSetting } from './unit-file.js';
import type { Unit } from './unit.js';

type OutputKeys = { readonly output?: 'discard' | { readonly file: string } };

const IN_LOG = /^(?:journal|syslog|kmsg)(?:\+console)?$/;

/** Returns `output` of a service. Here, both streams of a command go to one place. */
export function outputKeys(service: Unit, findings: Findings): OutputKeys {
  const output = service.last('Service', 'StandardOutput');
  const errors = service.last('Service', 'StandardError');
  const isSame = errors === undefined || errors.value === 'inherit' || errors.value === output?.value;
  const keys = output === undefined ? {} : destination(output, { isSame, service, findings });
  const bothInLog = keys.output === undefined && IN_LOG.test(errors?.value ?? '');
  if (!isSame && !bothInLog) findings.warning(errors, 'Standard error goes where standard output goes.');
  noteConsole([output, errors], findings);
  return keys;
}

function noteConsole(settings: readonly (UnitSetting | undefined)[], findings: Findings): void {
  const console = settings.find((setting) => setting?.value.endsWith('+console') === true);
  if (console !== undefined) findings.note(console, `${console.key}: the console does not show the output.`);
}

function destination(
  output: UnitSetting,
  { isSame, service, findings }: { readonly isSame: boolean; readonly service: Unit; readonly findings: Findings },
): OutputKeys {
  const { value } = output;
  if (IN_LOG.test(value)) return {};
  if (value === 'null' && isSame) return { output: 'discard' };
  const [, form, path = ''] = /^(file|append|truncate):(.*)$/.exec(value) ?? [];
  const file = fixedText(expandSpecifiers(path, service));
  if (form === undefined || file === undefined) {
    findings.warning(output, `StandardOutput=${value} is left out: the output goes to the log.`);
    return {};
  }
  if (form !== 'append') findings.warning(output, 'The output is appended to the file, which is not truncated first.');
  return { output: { file } };
}
