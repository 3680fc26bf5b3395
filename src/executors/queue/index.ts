export type { QueuePlace } from './connection.js';
export type { WorkResult } from './protocol.js';
export { QueueExecutor } from './queue-executor.js';
export { DEFAULT_LOCK, LEAST_LOCK, QueueWorker, type RunningWork, type Work } from './queue-worker.js';
export type { QueueDepth } from './work-queues.js';
