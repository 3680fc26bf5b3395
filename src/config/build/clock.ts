import { isEtcdUrl, type StatePlace } from '../../domain/state-place.js';
import type { ClockSettings, TimeServer } from '../../domain/time-source.js';
import { MINUTE } from '../../domain/time.js';
import type { MapReport } from './map-report.js';
import type { FileValues } from '../check/schema.js';

type Written = NonNullable<FileValues['clock']>;

/** Builds `clock`, and reports combinations that make no sense. */
export function buildClock(written: Written, report: MapReport, place: StatePlace): ClockSettings {
  const { limit = 50, discipline = false, poll = 10 * MINUTE } = written;
  return { ...buildSources(written, report, place), limit, discipline, poll };
}

function buildSources(
  { servers = [], state = false, chrony = servers.length === 0 && !state && 'auto' }: Written,
  report: MapReport,
  place: StatePlace,
): Pick<ClockSettings, 'servers' | 'state' | 'chrony'> {
  if (servers.length === 0 && chrony === false && !state) {
    const message = 'clock: chrony is false and servers is empty, so there is no time source.';
    report.error('clock', { code: 'no-time-source', message, hint: 'Add servers: [ntp.example.org], or chrony: auto' });
  }
  checkServers(servers, report);
  if (!state) return { servers, chrony };
  checkStateClock(place, report);
  return { servers, state, chrony };
}

function checkServers(servers: readonly TimeServer[], report: MapReport): void {
  for (const twice of servers.filter((server, index) => servers.findIndex(isSame(server)) < index)) {
    const message = `clock: ${twice.host} is listed twice, and would count as two sources that agree.`;
    report.error(
      'clock',
      { code: 'duplicate-server', message, hint: 'List each server only once.' },
      { item: 'servers' },
    );
  }
}

function checkStateClock(place: StatePlace, report: MapReport): void {
  if (place.kind === 'shared' && !isEtcdUrl(place.url)) return;
  const message =
    place.kind === 'shared'
      ? 'clock: etcd has no clock to read.'
      : 'clock: the state is on this machine, so its clock is the same.';
  const hint = 'Set servers instead, or use a shared state on Redis or PostgreSQL.';
  report.error('clock', { code: 'no-state-clock', message, hint }, { item: 'state' });
}

const isSame = (one: TimeServer) => (other: TimeServer) =>
  other.host.toLowerCase() === one.host.toLowerCase() && other.port === one.port;
