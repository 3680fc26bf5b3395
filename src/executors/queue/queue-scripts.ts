/** Our own steps on a BullMQ queue. */
export interface QueueScript {
  /** Keys of the queue, in their order. */
  readonly keys: (id: string) => readonly string[];
  readonly lua: string;
}

/**
 * A scheduler's requests carry its fence. A replaced scheduler that was suspended may still send a request when it
 * wakes up, which changes nothing. KEYS[1]: `meta` of the state. ARGV[1]: the fence.
 */
const FENCED = `if tonumber(redis.call('HGET', KEYS[1], 'fence') or '0') > tonumber(ARGV[1]) then return 0 end`;

/** If the store's user is not allowed to send messages, `sent` is the error. */
const publish = (channel: string, text: string) => `local sent = redis.pcall('PUBLISH', ${channel}, ${text})`;

/** A number of a reply, or the error of the message. */
const OR_UNSENT = (done: string) => `if type(sent) == 'table' then return sent.err end
return ${done}`;

/**
 * Adds a job to its queue as BullMQ does. If it already waits there, its data are replaced, and workers that returned
 * it may run it now. ARGV: id, name, data, time (ms), label, channel, whether it was added before (a job that is gone
 * is not added again). Returns whether the queue has it: 1 if it is new, 2 if it was there.
 */
export const ADD: QueueScript = {
  keys: (id) => ['wait', id, 'delayed'],
  lua: `${FENCED}
local done = 1 + redis.call('EXISTS', KEYS[3])
if done == 1 and ARGV[8] == '1' then return 2 end
if redis.call('HEXISTS', KEYS[3], 'processedOn') == 1 then return 2 end
redis.call('HSET', KEYS[3], 'name', ARGV[3], 'data', ARGV[4], 'opts', '{"attempts":1}', 'delay', 0, 'priority', 0)
redis.call('HSETNX', KEYS[3], 'timestamp', ARGV[5])
redis.call('HDEL', KEYS[3], 'returned')
if done == 2 and redis.call('ZREM', KEYS[4], ARGV[2]) == 0 then return 2 end
redis.call('LPUSH', KEYS[2], ARGV[2])
${publish('ARGV[7]', 'ARGV[6]')}
${OR_UNSENT('done')}`,
};

/**
 * BullMQ's own removal would also remove jobs that were taken and have since ended or lost their worker. ARGV: id.
 * Returns whether no worker can take it now.
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
${OR_UNSENT('1')}`,
};

/**
 * Returns a job that its worker has not begun to the queue, after a pause that grows with the time since the first
 * return. Any worker may then take it. ARGV: lock, id, longest time since the first return (ms). Returns 0 if that time
 * has passed, or the worker no longer holds the job.
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

/** In bytes. Larger values of a job were not written by this program. */
const LARGEST = 300_000;

/** Reads a value of the job; `false` if it is too large, or the key has no job. */
const VALUE = `local function value(key, name)
  local size = redis.pcall('HSTRLEN', key, name)
  return type(size) == 'number' and size <= ${LARGEST} and redis.call('HGET', key, name)
end`;

/**
 * Takes a job as BullMQ does, and ignores what this program does not use, because anyone may have put it there. Ids
 * without a job are removed. ARGV: key of the queue, token, lock (ms), name of the worker, whether jobs that were
 * returned come first. Returns 0 if no job waits, 1 to be asked again.
 */
export const TAKE_NEXT: QueueScript = {
  keys: () => ['wait', 'active', 'delayed'],
  lua: `${VALUE}
local t = redis.call('TIME'); local now = t[1] * 1000 + math.floor(t[2] / 1000)
if ARGV[5] == '1' or redis.call('LLEN', KEYS[1]) == 0 then
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', (now + 1) * 4096 - 1, 'LIMIT', 0, 1)) do
    redis.call('ZREM', KEYS[3], id); redis.call('RPUSH', KEYS[1], id)
  end
end
for _ = 1, 1000 do
  local id = redis.call('RPOPLPUSH', KEYS[1], KEYS[2])
  if not id then return 0 end
  local key = ARGV[1] .. id
  local isJob = redis.call('TYPE', key).ok == 'hash'
  if isJob and #id <= 400 then
    local started = redis.pcall('HINCRBY', key, 'ats', 1)
    redis.call('SET', key .. ':lock', ARGV[2], 'PX', ARGV[3])
    redis.call('HSET', key, 'processedOn', now, 'pb', ARGV[4], 'opts', '{"attempts":1}')
    redis.call('HDEL', key, 'parent', 'parentKey', 'rjk', 'deid')
    local isFirst = started == 1 and redis.call('HEXISTS', key, 'defa') == 0
    return {id, value(key, 'name') or '', value(key, 'data') or '', isFirst and 1 or 0}
  end
  redis.call('LREM', KEYS[2], 1, id)
  if isJob then redis.call('DEL', key) end
end
return 1`,
};

/**
 * Reads a job. Returns 0 if there is none, otherwise whether each value exists, and the value unless it is too large.
 */
export const FIND: QueueScript = {
  keys: (id) => [id],
  lua: `${VALUE}
if redis.call('TYPE', KEYS[1]).ok ~= 'hash' then return 0 end
local found = {}
for i, name in ipairs({'processedOn', 'finishedOn', 'failedReason', 'defa', 'pb', 'progress', 'returnvalue'}) do
  found[i] = i <= 4 and redis.call('HEXISTS', KEYS[1], name) or value(KEYS[1], name)
end
return found`,
};
