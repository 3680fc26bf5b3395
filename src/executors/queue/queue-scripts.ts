/**
 * Own steps on a queue of BullMQ, each with the fence of its scheduler. One that has been replaced may have stopped at any
 * moment, and sends its request when it wakes up: that changes nothing. KEYS[1]: `meta` of the state. ARGV[1]: the fence.
 */
const FENCED = `if tonumber(redis.call('HGET', KEYS[1], 'fence') or '0') > tonumber(ARGV[1]) then return 0 end`;

/** A message may get lost: the user of the store may have no right to send it. */
const publish = (channel: string, text: string) => `redis.pcall('PUBLISH', ${channel}, ${text})`;

export interface QueueScript {
  /** Keys of the queue, in their order, after `meta`. */
  readonly keys: (id: string) => readonly string[];
  readonly lua: string;
}

/**
 * Puts a job into its queue as BullMQ does, unless it is there. ARGV: id, name, data, time (ms), label, channel. Returns
 * whether the queue has it.
 */
export const ADD: QueueScript = {
  keys: (id) => ['wait', id],
  lua: `${FENCED}
if redis.call('EXISTS', KEYS[3]) == 1 then return 1 end
redis.call('HSET', KEYS[3], 'name', ARGV[3], 'data', ARGV[4], 'opts', '{"attempts":1}', 'timestamp', ARGV[5], 'delay', 0, 'priority', 0)
redis.call('LPUSH', KEYS[2], ARGV[2])
${publish('ARGV[7]', 'ARGV[6]')}
return 1`,
};

/**
 * BullMQ's own removal would also remove what has been taken, and has ended or lost its worker since. ARGV: id. Returns
 * whether no worker can take it now.
 */
export const TAKE_BACK: QueueScript = {
  keys: (id) => ['wait', id],
  lua: `${FENCED}
if redis.call('HEXISTS', KEYS[3], 'processedOn') == 1 or redis.call('LREM', KEYS[2], 1, ARGV[2]) == 0 then return 0 end
redis.call('DEL', KEYS[3])
return 1`,
};

/** Asks the worker that has it to end it. ARGV: channel, message. */
export const CANCEL: QueueScript = {
  keys: () => [],
  lua: `${FENCED}
${publish('ARGV[2]', 'ARGV[3]')}
return 1`,
};
