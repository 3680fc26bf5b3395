/** A step on a BullMQ queue that BullMQ does not provide. Redis runs a script as one step. */
export interface QueueScript {
  /** The keys of the queue that the script uses, in order. */
  readonly keys: (id: string) => readonly string[];
  readonly lua: string;
}

/** Sets `now` to the server's time, in epoch milliseconds. */
const NOW = `local t = redis.call('TIME'); local now = t[1] * 1000 + math.floor(t[2] / 1000)`;

/**
 * Ends the script if the request is from a replaced scheduler, which may still send one when it wakes from a
 * suspension. Each request carries its scheduler's fence. KEYS[1]: `meta` of the state. ARGV[1]: the fence.
 */
const FENCED = `if tonumber(redis.call('HGET', KEYS[1], 'fence') or '0') > tonumber(ARGV[1]) then return 0 end`;

/** Sends a message. If the store's user is not allowed to, `sent` is the error. */
const publish = (channel: string, text: string) => `local sent = redis.pcall('PUBLISH', ${channel}, ${text})`;

/** Returns a number or, if the message could not be sent, the error. */
const OR_UNSENT = (done: string) => `if type(sent) == 'table' then return sent.err end
return ${done}`;

/** How many idle workers are tried, at most. A longer list was not written by this program. */
const MOST_GONE = 1_000;

/**
 * Adds jobs to their queue as BullMQ does. If a job already waits there, its data is replaced, and workers that
 * returned it may run it now. For each job that workers may now take, one idle worker gets a message. ARGV: prefix of
 * the queue's keys, label, prefix of the workers' channels. Then for each job: id, name, data, time (ms), and 1 if it
 * was added before. A job that was added before and is gone is not added again. Returns 1 for each job that is new, and
 * 2 for each other job. Then the error of a message, if any.
 */
export const ADD: QueueScript = {
  keys: () => ['wait', 'delayed', 'idle'],
  lua: `${FENCED}
local pushed = 0
local function add(id, name, data, time, isKnown)
  local key = ARGV[2] .. id
  local done = 1 + redis.call('EXISTS', key)
  if done == 1 and isKnown == '1' then return 2 end
  if redis.call('HEXISTS', key, 'processedOn') == 1 then return 2 end
  redis.call('HSET', key, 'name', name, 'data', data, 'opts', '{"attempts":1}', 'delay', 0, 'priority', 0)
  redis.call('HSETNX', key, 'timestamp', time)
  redis.call('HDEL', key, 'returned')
  if done == 2 and redis.call('ZREM', KEYS[3], id) == 0 then return 2 end
  redis.call('LPUSH', KEYS[2], id)
  pushed = pushed + 1
  return done
end
local reply = {}
for i = 5, #ARGV, 5 do reply[#reply + 1] = add(ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3], ARGV[i + 4]) end
for _ = 1, ${MOST_GONE} do
  local worker = pushed > 0 and redis.call('SPOP', KEYS[4])
  if not worker then break end
  ${publish('ARGV[4] .. worker', 'ARGV[3]')}
  if type(sent) == 'table' then
    reply[#reply + 1] = sent.err
    break
  end
  pushed = pushed - math.min(sent, 1)
end
return reply`,
};

/**
 * Removes a waiting job. BullMQ's own removal would also remove jobs that were taken and have since ended or lost their
 * worker. ARGV: id. Returns 1 if no worker can take the job now, otherwise 0.
 */
export const TAKE_BACK: QueueScript = {
  keys: (id) => ['wait', id, 'delayed'],
  lua: `${FENCED}
if redis.call('HEXISTS', KEYS[3], 'processedOn') == 1 then return 0 end
if redis.call('LREM', KEYS[2], 1, ARGV[2]) + redis.call('ZREM', KEYS[4], ARGV[2]) == 0 then return 0 end
redis.call('DEL', KEYS[3])
return 1`,
};

/** Asks the worker that runs a job to end it. ARGV: channel, message. */
export const CANCEL: QueueScript = {
  keys: () => [],
  lua: `${FENCED}
${publish('ARGV[2]', 'ARGV[3]')}
${OR_UNSENT('1')}`,
};

/**
 * Puts a job that its worker has not begun back into the queue, after a pause that grows with the time since the first
 * return. Any worker may then take it. ARGV: lock, id, longest time since the first return (ms). Returns 0 if that time
 * has passed, or if the worker no longer holds the job.
 */
export const RETURN: QueueScript = {
  keys: (id) => [`${id}:lock`, 'active', 'stalled', 'delayed', id],
  lua: `if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
${NOW}
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

/**
 * Defines `value`, which reads a value of a job. It returns `false` if the value is too large, or if the key has no
 * job.
 */
const VALUE = `local function value(key, name)
  local size = redis.pcall('HSTRLEN', key, name)
  return type(size) == 'number' and size <= ${LARGEST} and redis.call('HGET', key, name)
end`;

/**
 * Takes jobs as BullMQ does, and ignores fields that this program does not use, because anyone may have written them.
 * Ids without a job are removed. Takes at most half of the waiting jobs, and leaves the rest to other workers. While
 * nothing waits, a worker with room is on the list of idle workers. A worker without room is on no list. Arguments
 * begin after KEYS[k] and ARGV[a]. KEYS: those of `TAKE_NEXT`, then the lists of idle workers of the worker's other
 * labels. ARGV: prefix of the queue's keys, token, lock (ms), name of the worker, its id, room, and 1 if returned jobs
 * come first. Returns 1 if the worker is on the list, otherwise 0. Then for each job its id, name, data, and 1 if no
 * worker has taken it before.
 */
const TAKES = `${VALUE}
local function take(k, a)
  local wait, active, delayed, idle = KEYS[k + 1], KEYS[k + 2], KEYS[k + 3], KEYS[k + 4]
  local worker, room, reply, size = ARGV[a + 5], tonumber(ARGV[a + 6]), {0}, 0
  local function due()
    return redis.call('ZRANGEBYSCORE', delayed, '-inf', (now + 1) * 4096 - 1, 'LIMIT', 0, 1)[1]
  end
  local function one()
    local id = redis.call('RPOPLPUSH', wait, active)
    if not id then return false end
    local key = ARGV[a + 1] .. id
    local isJob = redis.call('TYPE', key).ok == 'hash'
    if isJob and #id <= 400 then
      local started = redis.pcall('HINCRBY', key, 'ats', 1)
      redis.call('SET', key .. ':lock', ARGV[a + 2], 'PX', ARGV[a + 3])
      redis.call('HSET', key, 'processedOn', now, 'pb', ARGV[a + 4], 'opts', '{"attempts":1}')
      redis.call('HDEL', key, 'parent', 'parentKey', 'rjk', 'deid')
      local isFirst = started == 1 and redis.call('HEXISTS', key, 'defa') == 0
      local data = value(key, 'data') or ''
      size = size + #data
      for _, part in ipairs({id, value(key, 'name') or '', data, isFirst and 1 or 0}) do reply[#reply + 1] = part end
    else
      redis.call('LREM', active, 1, id)
      if isJob then redis.call('DEL', key) end
    end
    return true
  end
  local first = (ARGV[a + 7] == '1' or redis.call('LLEN', wait) == 0) and due()
  if first then
    redis.call('ZREM', delayed, first); redis.call('RPUSH', wait, first)
  end
  local most = math.min(room, math.ceil(redis.call('LLEN', wait) / 2))
  for _ = 1, 1000 do
    if #reply > 4 * most or size > ${LARGEST} or not one() then break end
  end
  local taken = (#reply - 1) / 4
  if taken < room and redis.call('LLEN', wait) == 0 and not due() then
    redis.call('SADD', idle, worker); reply[1] = 1
  elseif taken == room then
    for i = k + 4, #KEYS do redis.call('SREM', KEYS[i], worker) end
  else
    redis.call('SREM', idle, worker)
  end
  return reply
end`;

export const TAKE_NEXT: QueueScript = {
  keys: () => ['wait', 'active', 'delayed', 'idle'],
  lua: `${NOW}
${TAKES}
return take(0, 0)`,
};

/**
 * Puts back jobs that a worker has taken without getting the reply, and so has not begun. ARGV: prefix of the queue's
 * keys, lock. Returns how many.
 */
export const UNTAKE: QueueScript = {
  keys: () => ['wait', 'active', 'stalled'],
  lua: `local count = 0
for _, id in ipairs(redis.call('LRANGE', KEYS[2], 0, -1)) do
  local key = ARGV[1] .. id
  if redis.pcall('GET', key .. ':lock') == ARGV[2] then
    redis.call('DEL', key .. ':lock'); redis.call('LREM', KEYS[2], 1, id); redis.call('SREM', KEYS[3], id)
    redis.call('HINCRBY', key, 'ats', -1); redis.call('HDEL', key, 'processedOn', 'pb')
    redis.call('RPUSH', KEYS[1], id)
    count = count + 1
  end
end
return count`,
};

/**
 * Ends a job as BullMQ does, notifies its scheduler, and takes the next jobs. KEYS: the last of the job's own keys is
 * `completed` or `failed`, for how it ended. Then those of `TAKE_NEXT`, or none. ARGV: lock, id, field and text of the
 * end, channel of the scheduler. Then those of `TAKE_NEXT`, or none. Returns 0 if the worker no longer holds the job.
 * Otherwise returns 1, the error of the message or '', and what was taken.
 */
export const FINISH: QueueScript = {
  keys: (id) => [`${id}:lock`, 'active', 'stalled', id],
  lua: `${NOW}
${TAKES}
if redis.call('GET', KEYS[1]) ~= ARGV[1] or redis.call('EXISTS', KEYS[4]) == 0 then return 0 end
if redis.call('LREM', KEYS[2], -1, ARGV[2]) == 0 then return 0 end
redis.call('DEL', KEYS[1]); redis.call('SREM', KEYS[3], ARGV[2])
redis.call('HSET', KEYS[4], ARGV[3], ARGV[4], 'finishedOn', now)
redis.call('ZADD', KEYS[5], now, ARGV[2])
${publish('ARGV[5]', 'ARGV[2]')}
return {1, type(sent) == 'table' and sent.err or '', #ARGV > 5 and take(5, 5) or 0}`,
};

/**
 * Records where the process of a job is, and notifies its scheduler. ARGV: lock, id, text, channel. Returns 0 if the
 * worker no longer holds the job.
 */
export const STARTED: QueueScript = {
  keys: (id) => [`${id}:lock`, id],
  lua: `if redis.call('GET', KEYS[1]) ~= ARGV[1] or redis.call('EXISTS', KEYS[2]) == 0 then return 0 end
redis.call('HSET', KEYS[2], 'progress', ARGV[3])
${publish('ARGV[4]', 'ARGV[2]')}
${OR_UNSENT('1')}`,
};

/**
 * Reads jobs, and removes other jobs that have ended. ARGV: prefix of the queue's keys, how many jobs to read, their
 * ids, the ids of jobs to remove. Returns 0 for each job that does not exist. For an existing one, returns whether it
 * has each of four fields, then the values of three others unless they are too large. Then the ids of jobs that could
 * not be removed.
 */
export const FIND: QueueScript = {
  keys: () => ['completed', 'failed'],
  lua: `${VALUE}
local function find(key)
  if redis.call('TYPE', key).ok ~= 'hash' then return 0 end
  local found = {}
  for i, name in ipairs({'processedOn', 'finishedOn', 'failedReason', 'defa', 'pb', 'progress', 'returnvalue'}) do
    found[i] = i <= 4 and redis.call('HEXISTS', key, name) or value(key, name)
  end
  return found
end
local reply = {}
for i = 3, #ARGV do
  local id = ARGV[i]
  local key = ARGV[1] .. id
  if i <= 2 + ARGV[2] then
    reply[#reply + 1] = find(key)
  elseif redis.pcall('HEXISTS', key, 'finishedOn') == 1 and redis.call('EXISTS', key .. ':lock') == 0 then
    redis.call('ZREM', KEYS[1], id); redis.call('ZREM', KEYS[2], id); redis.call('DEL', key)
  elseif redis.call('EXISTS', key) == 1 then
    reply[#reply + 1] = id
  end
end
return reply`,
};

/**
 * Reads when the first waiting and the first delayed job were added. ARGV: prefix of the queue's keys. Returns an empty
 * string for a job that does not exist or whose time is missing or too long.
 */
export const OLDEST: QueueScript = {
  keys: () => ['wait', 'delayed'],
  lua: `${VALUE}
local function added(ids)
  local id = ids[1]
  return id and value(ARGV[1] .. id, 'timestamp') or ''
end
return {added(redis.call('LRANGE', KEYS[1], -1, -1)), added(redis.call('ZRANGE', KEYS[2], 0, 0))}`,
};
