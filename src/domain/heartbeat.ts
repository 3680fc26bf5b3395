import type { Command } from './command.js';
import type { Duration } from './time.js';
import type { WebRequest } from './web-request.js';

/** How the scheduler signals that it is alive. */
export interface HeartbeatSettings {
  readonly every: Duration;
  /** The target; the request has a body if its method allows one. Absent without a target. */
  readonly request?: Pick<WebRequest, 'method' | 'url'>;
  readonly command?: Command;
}
