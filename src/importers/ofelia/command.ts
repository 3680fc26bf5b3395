import { splitWords } from '../words.js';
import type { OfeliaJob } from './entry.js';

/** Returns the words of the equivalent command, without a shell; `undefined` for a job that can't be imported. */
export function commandOf(entry: OfeliaJob): readonly string[] | undefined {
  const one = (key: string): string | undefined => entry.parameters.get(key)?.values.at(-1);
  const command = splitWords(one('command') ?? '');
  switch (entry.type) {
    case 'job-local':
      return command.length > 0 ? command : undefined;
    case 'job-exec':
      return command.length > 0 ? [...execIn(entry, one), ...command] : undefined;
    case 'job-run':
      return runIn(entry, one, command);
    default:
      return undefined;
  }
}

type One = (key: string) => string | undefined;

/** Returns the words for a job in a container. Without a `user`, Ofelia runs commands as root. */
function execIn(entry: OfeliaJob, one: One): readonly string[] {
  const options = [...flag('-t', one('tty')), '-u', one('user') ?? 'root', ...each(entry, 'environment', '-e')];
  const container = one('container') ?? entry.service?.container;
  if (container !== undefined) return ['docker', 'exec', ...options, container];
  return [
    'docker',
    'compose',
    'exec',
    ...(one('tty') === 'true' ? [] : ['-T']),
    ...options.filter((word) => word !== '-t'),
    entry.service?.name ?? '',
  ];
}

function runIn(entry: OfeliaJob, one: One, command: readonly string[]): readonly string[] | undefined {
  const [image, container] = [one('image'), one('container')];
  if (image === undefined) return container === undefined ? undefined : ['docker', 'start', '--attach', container];
  return [
    'docker',
    'run',
    ...(one('delete') === 'false' ? [] : ['--rm']),
    ...flag('-t', one('tty')),
    ...option('-u', one('user')),
    ...option('--network', one('network')),
    ...option('--hostname', one('hostname')),
    ...each(entry, 'volume', '-v'),
    ...each(entry, 'volumes-from', '--volumes-from'),
    ...each(entry, 'environment', '-e'),
    image,
    ...command,
  ];
}

const flag = (name: string, value: string | undefined): readonly string[] => (value === 'true' ? [name] : []);

const option = (name: string, value: string | undefined): readonly string[] =>
  value === undefined ? [] : [name, value];

const each = ({ parameters }: OfeliaJob, key: string, name: string): readonly string[] =>
  (parameters.get(key)?.values ?? []).flatMap((value) => [name, value]);
