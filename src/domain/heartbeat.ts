import type { Command } from './command.js';
import type { Duration } from './time.js';
import type { WebRequest } from './web.js';

/** How the scheduler gives a sign of its own life. */
export interface HeartbeatSettings {
  readonly every: Duration;
  /** Where to; the body is put into it where its method has one. Absent: nowhere. */
  readonly request?: Pick<WebRequest, 'method' | 'url'>;
  readonly command?: Command;
}
