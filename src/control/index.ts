export { Changes } from './changes.js';
export { connectToScheduler, ControlClient, LostError } from './client.js';
export { EventFeed } from './event-feed.js';
export { RefusalError, type Args, type EventRecord } from './protocol.js';
export { RecentOutcomes } from './recent-outcomes.js';
export { ControlServer } from './server.js';
export { socketPaths } from './socket-path.js';
export type { Controlled } from './verbs.js';
export { answerStatus } from './status.js';
