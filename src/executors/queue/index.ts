export type { QueuePlace } from './channels.js';
export type { WorkResult } from './work-orders.js';
export { QueueExecutor, type WorkTerm } from './queue-executor.js';
export { DEFAULT_LOCK, LEAST_LOCK, QueueWorker, type Misfit, type RunningWork, type Work } from './queue-worker.js';
export type { QueueDepth } from './work-queues.js';
