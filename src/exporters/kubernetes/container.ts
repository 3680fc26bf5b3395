import type { Job } from '../../domain/job.js';
import type { TimerKeys } from '../timer-keys.js';

/** Returns the container of a CronJob. `name` is a DNS label. */
export function containerOf(
  job: Job,
  keys: TimerKeys,
  { name, image }: { readonly name: string; readonly image: string },
) {
  const { run, shell, env } = job.command;
  const names = new Set(Object.keys(env));
  const words = typeof run === 'string' ? [shell, '-c', run] : run;
  const cwd = keys['cwd'];
  return {
    name,
    image,
    command: words.map((word) => escaped(word, names)),
    ...(typeof cwd === 'string' && cwd.startsWith('/') && { workingDir: cwd }),
    ...(names.size > 0 && {
      env: Object.entries(env).map(([variable, value]) => ({ name: variable, value: escaped(value, names) })),
    }),
  };
}

/** Escapes a text: Kubernetes replaces `$(NAME)` with a variable of the container, and `$$` with `$`. */
const escaped = (text: string, names: ReadonlySet<string>): string =>
  text.replace(/\$(?=\$)|\$(?=\(([^)]*)\))/g, (dollar, name?: string) =>
    name === undefined || names.has(name) ? `${dollar}$` : dollar,
  );
