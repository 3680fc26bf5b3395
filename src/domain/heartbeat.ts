import type { Command } from './command.js';
import type { Duration } from './time.js';
import type { WebRequest } from './web-request.js';

/** How the scheduler signals that it is alive. */
export interface HeartbeatSettings {
  readonly every: Duration;
  /** The request to send, with a body if its method allows one. Absent without a URL. */
  readonly request?: Pick<WebRequest, 'method' | 'url'>;
  readonly command?: Command;
}
