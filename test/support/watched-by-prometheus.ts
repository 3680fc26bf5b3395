import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './program.js';

const EXAMPLES = join(ROOT, 'examples', 'monitoring');

/** A shipped file with some of its texts replaced. @throws Error if one of these texts no longer exists. */
function changed(name: string, changes: readonly (readonly [RegExp, string])[]): string {
  return changes.reduce(
    (text, [from, to]) => {
      if (!from.test(text)) throw new Error(`${name} has no ${String(from)}`);
      return text.replaceAll(from, to);
    },
    readFileSync(join(EXAMPLES, name), 'utf8'),
  );
}

/** Writes the shipped files into a folder, unchanged except for their ports and waits. */
export function writeShortened(
  folder: string,
  ports: { readonly timers: number; readonly alertmanager: number; readonly pager: number },
): { readonly prometheus: string; readonly alertmanager: string } {
  const write = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  write('alerts.rules.yml', changed('alerts.rules.yml', [[/for: \S+/g, 'for: 0s']]));
  return {
    prometheus: write(
      'prometheus.yml',
      changed('prometheus.yml', [
        [/_interval: 15s/g, '_interval: 1s'],
        [/127\.0\.0\.1:9464(?=')/g, `127.0.0.1:${ports.timers}`],
        [/127\.0\.0\.1:9093/g, `127.0.0.1:${ports.alertmanager}`],
      ]),
    ),
    alertmanager: write(
      'alertmanager.yml',
      changed('alertmanager.yml', [
        [/group_wait: \S+/g, 'group_wait: 0s'],
        [/group_interval: \S+/g, 'group_interval: 1s'],
        [/127\.0\.0\.1:9095/g, `127.0.0.1:${ports.pager}`],
      ]),
    ),
  };
}

/** The PromQL of the shipped dashboard, by its place, with Grafana's variables filled in. */
export function dashboardQueries(): readonly (readonly [string, string])[] {
  const { panels, annotations } = JSON.parse(
    readFileSync(join(EXAMPLES, 'grafana-dashboard.json'), 'utf8'),
  ) as Dashboard;
  const ofPanels = panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ refId, expr }) => [`${title} ${refId}`, expr] as const),
  );
  const ofAnnotations = annotations.list.map(({ name, expr }) => [name, expr] as const);
  return [...ofPanels, ...ofAnnotations].map(([where, expr]) => [
    where,
    expr.replace(/\$__(rate_interval|interval|range)/g, '1m').replace(/\$(job|instance|task)/g, '.*'),
  ]);
}

export interface Dashboard {
  readonly schemaVersion: number;
  readonly panels: readonly {
    readonly id: number;
    readonly type: string;
    readonly title: string;
    readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
    readonly targets?: readonly { readonly refId: string; readonly expr: string }[];
  }[];
  readonly annotations: { readonly list: readonly { readonly name: string; readonly expr: string }[] };
}
