export { bearerIn } from './bearer-token.js';
export { Forward } from './forward.js';
export { Heartbeat } from './heartbeat.js';
export { createHooks } from './hooks.js';
export { createNotifications } from './notifications.js';
export { createPings } from './pings.js';
export { ServiceManager } from './service-manager.js';
export { createWebClient, type WebAnswer, type WebClient } from './web-client.js';
export { createWebSender, refusalIn } from './web-sender.js';
