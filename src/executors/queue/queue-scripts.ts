/** Own steps on a queue of BullMQ. */
export interface QueueScript {
  /** Keys of the queue, in their order. */
  readonly keys: (id: string) => readonly string[];
  readonly lua: string;
}

/**
 * Requests of a scheduler have its fence. One that has been replaced may have stopped at any moment, and sends its request
 * when it wakes up: that changes nothing. KEYS[1]: `meta` of the state. ARGV[1]: the fence.
 */
const FENCED = `if tonumber(redis.call('HGET', KEYS[1], 'fence') or '0') > tonumber(ARGV[1]) then return 0 end`;

/** A message may get lost: the user of the store may have no right to send it. */
const publish = (channel: string, text: string) => `redis.pcall('PUBLISH', ${channel}, ${text})`;

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
  keys: (id) => ['wait', id, 'delayed'],
  lua: `${FENCED}
if redis.call('HEXISTS', KEYS[3], 'processedOn') == 1 then return 0 end
if redis.call('LREM', KEYS[2], 1, ARGV[2]) + redis.call('ZREM', KEYS[4], ARGV[2]) == 0 then return 0 end
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

/**
 * Gives a job that its worker has not begun back for others, after a pause that grows with the time since the first return.
 * Each of them may take it then. ARGV: lock, id, longest time since the first return (ms). Returns 0 if that has passed, or the
 * job is no longer its own.
 */
export const RETURN: QueueScript = {
  keys: (id) => [`${id}:lock`, 'active', 'stalled', 'delayed', id],
  lua: `if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
local t = redis.call('TIME'); local now = t[1] * 1000 + math.floor(t[2] / 1000)
local first = math.min(now, tonumber(redis.call('HGET', KEYS[5], 'returned') or now) or now)
if now - first >= tonumber(ARGV[3]) or redis.call('LREM', KEYS[2], 1, ARGV[2]) == 0 then return 0 end
redis.call('DEL', KEYS[1]); redis.call('SREM', KEYS[3], ARGV[2])
redis.call('HDEL', KEYS[5], 'processedOn', 'pb', 'ats')
redis.call('HSET', KEYS[5], 'returned', string.format('%.0f', first))
redis.call('ZADD', KEYS[4], string.format('%.0f', (now + math.max(1000, (now - first) / 2)) * 4096), ARGV[2])
return 1`,
};
