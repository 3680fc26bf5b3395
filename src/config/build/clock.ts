import type { ClockSettings, TimeServer } from '../../domain/time-source.js';
import { MINUTE } from '../../domain/time.js';
import type { MapReport } from './map-report.js';
import type { FileValues } from '../check/schema.js';

/** Builds `clock`, and reports combinations that make no sense. */
export function buildClock(values: NonNullable<FileValues['clock']>, report: MapReport): ClockSettings {
  const { servers = [], chrony = servers.length === 0 && 'auto', limit = 50, discipline = false } = values;
  if (servers.length === 0 && chrony === false) {
    const message = 'clock: chrony is false and servers is empty, so there is no source of time.';
    report.error('clock', { code: 'no-time-source', message, hint: 'Add servers: [ntp.example.org], or chrony: auto' });
  }
  for (const twice of servers.filter((server, index) => servers.findIndex(isSame(server)) < index)) {
    const message = `clock: ${twice.host} is listed twice, and would count as two sources that agree.`;
    report.error(
      'clock',
      { code: 'duplicate-server', message, hint: 'List each server only once.' },
      { item: 'servers' },
    );
  }
  return { servers, chrony, limit, discipline, poll: values.poll ?? 10 * MINUTE };
}

const isSame = (one: TimeServer) => (other: TimeServer) =>
  other.host.toLowerCase() === one.host.toLowerCase() && other.port === one.port;
