import { script } from './script.js';

/**
 * Removes what a dead node has left, once it owns no room.
 *
 * KEYS: node, nodes, load, rooms of the node.
 * ARGV: id, '1' when the node itself leaves. Then its rooms are others' to take, and it counts as dead at once: its time is 0.
 *
 * Answers 1 when nothing is left, 0 when it lives or has rooms.
 */
export const sweep = script(`
if ARGV[2] == '1' then
  redis.call('DEL', KEYS[1])
  redis.call('ZADD', KEYS[2], 0, ARGV[1])
end
if redis.call('EXISTS', KEYS[4]) == 1 then return 0 end
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
redis.call('ZREM', KEYS[2], ARGV[1])
local suffix = ' ' .. ARGV[1]
for _, field in ipairs(redis.call('HKEYS', KEYS[3])) do
  if string.sub(field, -#suffix) == suffix then redis.call('HDEL', KEYS[3], field) end
end
return 1
`);
