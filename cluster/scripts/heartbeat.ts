import { script } from './script.js';

/**
 * A node says that it lives, and what it is.
 *
 * KEYS: node, nodes, load.
 * ARGV: id, ms of the lease, then two lists, each after its length: fields and values of the node, fields and endpoints of the load.
 *
 * Answers the time of Redis in ms.
 */
export const heartbeat = script(`
local time = redis.call('TIME')
local ms = time[1] * 1000 + math.floor(time[2] / 1000)
local at = 3
local function each(key)
  local count = tonumber(ARGV[at])
  at = at + 1
  for i = 1, count do
    redis.call('HSET', key, ARGV[at], ARGV[at + 1])
    at = at + 2
  end
end
each(KEYS[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
redis.call('ZADD', KEYS[2], string.format('%.0f', ms), ARGV[1])
each(KEYS[3])
return ms
`);
