import { relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * The files that take longest in `npm test`, longest first, by their time on a quiet machine. Vitest starts them first,
 * so that none of them runs alone at the end.
 */
export const LONGEST = [
  'test/faults/lost-writes.test.ts',
  'test/faults/clocks.test.ts',
  'test/faults/verbs.test.ts',
  'test/program/workers.test.ts',
  'test/faults/members.test.ts',
  'test/program/cluster.test.ts',
  'test/faults/rolls.test.ts',
  'test/laws/round-trip.test.ts',
  'test/faults/restarts.test.ts',
  'test/faults/workers.test.ts',
  'test/faults/commands.test.ts',
  'test/program/shared-state.test.ts',
  'test/faults/stops.test.ts',
  'test/faults/cut-off.test.ts',
  'test/program/health.test.ts',
  'test/program/clock.test.ts',
  'test/program/tracing.test.ts',
  'test/faults/unfit-stores.test.ts',
  'test/program/ad-hoc.test.ts',
  'test/program/control.test.ts',
  'test/program/page.test.ts',
  'test/faults/kills.test.ts',
  'test/faults/overlap.test.ts',
  'test/program/top.test.ts',
  'test/program/start.test.ts',
  'test/program/kills.test.ts',
  'test/program/container.test.ts',
  'test/program/work-queue.test.ts',
  'test/program/package.test.ts',
  'test/program/picture.test.ts',
  'test/laws/hostile-files.test.ts',
  'test/program/bench.test.ts',
  'test/laws/cron-oracle.test.ts',
  'test/program/monitoring.test.ts',
  'test/stores/shared/etcd-board.test.ts',
  'test/program/reload.test.ts',
  'test/program/history.test.ts',
  'test/laws/count.test.ts',
  'test/program/hostile-queue.test.ts',
  'test/program/kubernetes.test.ts',
  'test/laws/ledger.test.ts',
  'test/page/shown.test.ts',
  'test/program/completion.test.ts',
  'test/program/http.test.ts',
  'test/recipes/recipes.test.ts',
  'test/program/launcher.test.ts',
  'test/laws/misplaced-keys.test.ts',
  'test/laws/crashes.test.ts',
  'test/program/zones.test.ts',
  'test/native/forker.test.ts',
  'test/program/homeless.test.ts',
  'test/program/guide-times.test.ts',
  'test/program/monitors.test.ts',
  'test/stores/trouble.test.ts',
  'test/program/from.test.ts',
  'test/program/forward.test.ts',
  'test/laws/requests.test.ts',
  'test/laws/simulation.test.ts',
];

/** Sorts the files of a group in this order, then the others in Vitest's order. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const found = LONGEST.indexOf(relative(this.ctx.config.root, moduleId));
      return found === -1 ? LONGEST.length : found;
    };
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}
