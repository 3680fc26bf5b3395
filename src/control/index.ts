export { Changes } from './changes.js';
export { LONGEST_COMMAND } from './arguments.js';
export { connectToScheduler, ControlClient, LostError } from './client.js';
export { EventFeed } from './event-feed.js';
export { RefusalError, type Args, type EventRecord } from './protocol.js';
export { ControlServer } from './server.js';
export { socketPaths } from './socket-path.js';
export { answerStatus } from './status.js';
export { verbs, type Controlled } from './verbs.js';
