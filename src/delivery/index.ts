export { Heartbeat } from './heartbeat.js';
export { createHooks } from './hooks.js';
export { createNotifications } from './notifications.js';
export { createPings } from './pings.js';
export { createWebSender } from './web-sender.js';
