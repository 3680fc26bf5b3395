import { pretty } from './console.js';
import { json } from './json-log.js';
import type { SinkKind } from './kind.js';

export { Heartbeat } from './heartbeat.js';
export { createHooks } from './hooks.js';
export { createNotifications } from './notifications.js';
export { createPings } from './pings.js';
export { createWebSender } from './web-sender.js';
export { plainText } from './plain-text.js';
export { RecentOutcomes } from './recent-outcomes.js';
export { openDestination } from './writers.js';

/** Every form of the log. */
export const sinkKinds: readonly SinkKind[] = [json, pretty];
