import { LOG_LENGTH } from '../board.js';

/**
 * Redis runs a script as one atomic step. The keys have a common hash tag:
 *
 * - `lease`: exists while somebody has the lease.
 * - `meta`: a hash of `fence`, `seq`, `id`, `holder`, `previous` and `seen` (ms).
 * - `jobs` and `runs`: hashes. `log`: a stream.
 * - `notes`: a hash. `until`: a sorted set of the notes by when they end (ms).
 */
const NOW = `local t = redis.call('TIME'); local now = t[1] * 1000 + math.floor(t[2] / 1000)`;
const FENCE = `local fence = tonumber(redis.call('HGET', KEYS[2], 'fence') or '0')`;

export interface ScriptDefinition {
  /** Names of the keys, in their order. */
  readonly keys: readonly string[];
  readonly lua: string;
}

/** ARGV: candidate's id, its name, lease in ms, highest fence seen, highest number of a write seen under it. */
const take: ScriptDefinition = {
  keys: ['lease', 'meta'],
  lua: `${NOW}
${FENCE}
local meta = redis.call('HMGET', KEYS[2], 'id', 'holder', 'previous', 'seen', 'seq')
local previous = meta[3] or ''
if redis.call('EXISTS', KEYS[1]) == 1 then
  if meta[1] ~= ARGV[1] then return {'held', string.format('%.0f', fence), meta[2] or '', meta[5] or '0'} end
else
  local known = tonumber(ARGV[4])
  if fence < known or (fence == known and tonumber(meta[5] or '0') < tonumber(ARGV[5])) then return {'behind', string.format('%.0f', fence)} end
  fence = math.max(fence + 1, t[1] * 1000000 + t[2])
  previous = meta[2] or ''
  redis.call('HSET', KEYS[2], 'fence', string.format('%.0f', fence), 'seq', '0',
    'id', ARGV[1], 'holder', ARGV[2], 'previous', previous)
end
redis.call('SET', KEYS[1], string.format('%.0f', fence), 'PX', ARGV[3])
local idle = meta[4] and string.format('%.0f', now - meta[4]) or ''
return {'taken', string.format('%.0f', fence), previous, idle}`,
};

/** ARGV: fence, lease in ms, holder's id, its name. Returns 1, or 0 when the lease is lost. */
const renew: ScriptDefinition = {
  keys: ['lease', 'meta'],
  lua: `${NOW}
${FENCE}
if fence > tonumber(ARGV[1]) then return 0 end
if fence < tonumber(ARGV[1]) then
  redis.call('HSET', KEYS[2], 'fence', ARGV[1], 'seq', '-1', 'id', ARGV[3], 'holder', ARGV[4])
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
redis.call('HSET', KEYS[2], 'seen', string.format('%.0f', now))
return 1`,
};

/** ARGV: fence. */
const release: ScriptDefinition = {
  keys: ['lease', 'meta'],
  lua: `${FENCE}
if fence == tonumber(ARGV[1]) then redis.call('DEL', KEYS[1]) end
return 1`,
};

/** Returns the holder's name and its fence, or nothing. */
const holder: ScriptDefinition = {
  keys: ['lease', 'meta'],
  lua: `if redis.call('EXISTS', KEYS[1]) == 0 then return {} end
return redis.call('HMGET', KEYS[2], 'holder', 'fence')`,
};

/**
 * ARGV: fence, number, 1 for a whole change, holder's id, its name. Then five counts: memories to keep, memories to
 * delete, open runs to keep, open runs to delete, log entries. Then all of these. Returns `done`, `lost`, or the last
 * number.
 */
const write: ScriptDefinition = {
  keys: ['jobs', 'meta', 'runs', 'log'],
  lua: `${NOW}
${FENCE}
local mine, seq = tonumber(ARGV[1]), tonumber(ARGV[2])
if fence > mine then return 'lost' end
local last = fence == mine and tonumber(redis.call('HGET', KEYS[2], 'seq') or '-1') or -1
if last >= seq then return 'done' end
if ARGV[3] == '1' then redis.call('DEL', KEYS[1], KEYS[3]) elseif last ~= seq - 1 then return string.format('%.0f', last) end
local i = 11
local function each(count, width, step)
  for _ = 1, count do step(ARGV[i], ARGV[i + 1]); i = i + width end
end
each(ARGV[6], 2, function(key, text) redis.call('HSET', KEYS[1], key, text) end)
each(ARGV[7], 1, function(key) redis.call('HDEL', KEYS[1], key) end)
each(ARGV[8], 2, function(key, text) redis.call('HSET', KEYS[3], key, text) end)
each(ARGV[9], 1, function(key) redis.call('HDEL', KEYS[3], key) end)
each(ARGV[10], 1, function(text) redis.call('XADD', KEYS[4], 'MAXLEN', '~', ${LOG_LENGTH}, '*', 'e', text) end)
if fence < mine then redis.call('HSET', KEYS[2], 'id', ARGV[4], 'holder', ARGV[5]) end
redis.call('HSET', KEYS[2], 'fence', ARGV[1], 'seq', ARGV[2], 'seen', string.format('%.0f', now))
return 'done'`,
};

const LAPSED = `${NOW}
for _, name in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now)) do
  redis.call('HDEL', KEYS[1], name); redis.call('ZREM', KEYS[2], name)
end`;

/** ARGV: name, text, lifetime in ms. */
const put: ScriptDefinition = {
  keys: ['notes', 'until'],
  lua: `${LAPSED}
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('ZADD', KEYS[2], now + ARGV[3], ARGV[1])
return 1`,
};

/** ARGV: how the names begin. Returns each name, followed by its text. */
const notes: ScriptDefinition = {
  keys: ['notes', 'until'],
  lua: `${LAPSED}
local found = {}
local all = redis.call('HGETALL', KEYS[1])
for i = 1, #all, 2 do
  if string.sub(all[i], 1, #ARGV[1]) == ARGV[1] then found[#found + 1] = all[i]; found[#found + 1] = all[i + 1] end
end
return found`,
};

/** ARGV: name. Returns 1 if the note was there. */
const remove: ScriptDefinition = {
  keys: ['notes', 'until'],
  lua: `${LAPSED}
redis.call('ZREM', KEYS[2], ARGV[1])
return redis.call('HDEL', KEYS[1], ARGV[1])`,
};

export const SCRIPTS = { take, renew, release, holder, write, put, notes, remove };
