import type { DifferenceList } from '../difference-list.js';
import type { Fields } from '../fields.js';
import type { Dialect } from './dialect.js';

type Keys = Readonly<Record<string, unknown>>;

const LOCAL = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** Reads the keys at the top besides jobs and defaults: `web` becomes `http`, the others are reported. */
export function readTop(tops: readonly Fields[], { name }: Dialect, differences: DifferenceList): Keys {
  let settings: Keys = {};
  for (const top of tops) {
    if (top.has('web')) settings = { ...readWeb(top, differences), ...settings };
    if (top.has('logging'))
      differences.note(top.place('logging'), 'logging is left out: timers has its own log options.');
    for (const dag of top.maps('dags')) {
      differences.error(
        dag,
        `The DAG ${dag.text('id') ?? dag.text('name') ?? ''} is left out: timers don't wait for each other.`,
      );
    }
    top.ignore('jobs', 'defaults', 'include', 'logging', 'dags', 'web');
    for (const key of top.keys)
      if (isUnread(top, key)) differences.warning(top.place(key), `${key} of ${name} is left out.`);
  }
  return settings;
}

const isUnread = (top: Fields, key: string): boolean => top.unread().some(({ path }) => path === key);

/** Reads `web`. Uses the first address that only this machine can reach, because other addresses need a token. */
function readWeb(top: Fields, differences: DifferenceList): Keys {
  const web = top.map('web');
  const place = top.place('web');
  const listen = web.texts('listen');
  const used = listen.find((address) => addressOf(address) !== undefined) ?? '';
  const others = [...listen.filter((address) => address !== used), ...web.keys.filter((key) => key !== 'listen')];
  web.ignoreAll();
  const first = addressOf(used);
  if (first === undefined) {
    differences.warning(place, 'The HTTP interface is left out.', 'Write http with listen and token_file.');
    return {};
  }
  const message = `http listens on ${first}. Its routes differ from those of web, and actions need a token.`;
  differences.warning(place, message);
  if (others.length > 0) differences.warning(place, `Parts of web are left out: ${others.join(', ')}.`);
  return { http: first };
}

function addressOf(address: string): string | undefined {
  const path = /^unix:\/\/(\/.+)$/.exec(address)?.[1];
  if (path !== undefined) return `unix:${path}`;
  const [, host = '', port = ''] = /^http:\/\/(.+):(\d+)\/?$/.exec(address) ?? [];
  return LOCAL.test(host) ? `${host}:${port}` : undefined;
}
