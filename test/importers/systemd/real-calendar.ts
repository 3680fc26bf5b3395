import { spawnSync } from 'node:child_process';

/** Why tests that ask systemd are skipped; `undefined` if it is installed. */
export const withoutSystemd: string | undefined =
  spawnSync('systemd-analyze', ['--version']).status === 0 ? undefined : 'there is no systemd-analyze';

/** The instants at which systemd would start a timer, by the text of each expression that it reads. */
export function systemdInstants(
  expressions: readonly string[],
  { base, zone, count }: { readonly base: string; readonly zone: string; readonly count: number },
): ReadonlyMap<string, readonly number[]> {
  const args = ['calendar', `--base-time=${base}`, `--iterations=${count}`, '--', ...expressions];
  const { stdout } = spawnSync('systemd-analyze', args, {
    encoding: 'utf8',
    env: { ...process.env, TZ: zone, LC_ALL: 'C' },
    maxBuffer: 64 * 1024 * 1024,
  });
  // The original form is left out when it is the normalized one.
  const blocks = stdout.split(/\n\n/).filter((block) => block.includes('Normalized form: '));
  return new Map(
    blocks.map((block) => {
      const text = /(?:Original|Normalized) form: (.*)/.exec(block)?.[1] ?? '';
      const utc = /(?:\(in UTC\)|Next elapse|Iter\. #\d+): \w{3} (\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?) UTC$/gm;
      const instants = [...block.matchAll(utc)].map(([, date = '', time = '']) => Date.parse(`${date}T${time}Z`));
      return [text, instants] as const;
    }),
  );
}
