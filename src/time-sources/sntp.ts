import type { TimeSourceKind } from './kind.js';
import { SntpServer } from './sntp/server.js';

/** NTP servers, queried directly (SNTP version 4, RFC 4330 and 5905). */
export const sntp: TimeSourceKind = {
  key: 'servers',
  create: ({ servers, poll }, clock) => servers.map((server) => new SntpServer(server, poll, clock)),
};
