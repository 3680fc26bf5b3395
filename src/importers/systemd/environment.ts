import type { Findings } from './findings.js';
import { shellWord } from './shell-words.js';
import { expandSpecifiers, fixedText } from './specifiers.js';
import type { Unit } from './unit.js';
import { readWords } from './words.js';

/** The environment of a service. */
export interface EnvironmentKeys {
  readonly keys: Readonly<Record<string, unknown>>;
  /** Shell commands for variables that only a shell can fill: `export DIR=…`. */
  readonly prologue: readonly string[];
}

export function environmentOf(service: Unit, findings: Findings): EnvironmentKeys {
  const env = new Map<string, string>();
  const prologue: string[] = [];
  for (const setting of service.all('Service', 'Environment')) {
    for (const word of readWords(setting.value)) {
      const [, name, value = ''] = /^([A-Za-z_]\w*)=(.*)$/s.exec(word) ?? [];
      if (name === undefined) findings.warning(setting, `"${word}" is not a variable and is left out.`);
      else {
        const segments = expandSpecifiers(value, service);
        const plain = fixedText(segments);
        if (plain === undefined) prologue.push(`export ${name}=${shellWord(segments)}`);
        else env.set(name, plain);
      }
    }
  }
  const passed = service.all('Service', 'PassEnvironment').flatMap(({ value }) => readWords(value));
  return {
    keys: {
      ...(env.size > 0 && { env: Object.fromEntries(env) }),
      ...environmentFile(service, env.size > 0, findings),
      ...(passed.length > 0 && service.last('Service', 'User') !== undefined && { pass_env: passed }),
    },
    prologue,
  };
}

function environmentFile(service: Unit, hasVariables: boolean, findings: Findings): { readonly env_file?: string } {
  const [first, ...others] = service.all('Service', 'EnvironmentFile');
  if (first === undefined) return {};
  for (const other of others)
    findings.warning(other, 'Only the first EnvironmentFile is read.', 'Put all variables in one file.');
  const path = fixedText(expandSpecifiers(first.value.replace(/^-/, ''), service));
  if (path === undefined || /[*?[]/.test(path)) {
    findings.warning(
      first,
      'The name of the environment file is not fixed, so it is left out.',
      'Name one file under env_file.',
    );
    return {};
  }
  if (first.value.startsWith('-'))
    findings.warning(
      first,
      'A run fails if the environment file is missing.',
      'Keep the file, or remove env_file.',
      'env_file',
    );
  if (hasVariables)
    findings.note(
      first,
      'If a variable is in both, env overrides env_file. In systemd the file wins.',
      undefined,
      'env_file',
    );
  return { env_file: path };
}
