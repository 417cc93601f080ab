import { owned } from './owned.js';
import { script } from './script.js';

/**
 * Removes a room. Its log stays for a while, for sessions that have not read its end.
 *
 * KEYS: owner, state, log, summaries, rooms of the node, bans. Fields that begin with `ban:` outlive the room: they go into the last one, as
 * long as one of them holds.
 * ARGV: epoch, node, hash of the room, ms that the log stays, channel of the rooms, what it is told, what names
 * of nodes begin with.
 *
 * A room that is gone was closed before.
 */
export const close = script(`
${owned}
if not held[1] then return 0 end
if isFenced then return fenced() end
local state = redis.call('HGETALL', KEYS[2])
local last = 0
for i = 1, #state, 2 do
  if string.sub(state[i], 1, 4) == 'ban:' then
    local read, ban = pcall(cjson.decode, state[i + 1])
    local ends = read and type(ban) == 'table' and tonumber(ban['until'])
    if ends then
      redis.call('HSET', KEYS[6], state[i], state[i + 1])
      last = math.max(last, ends)
    end
  end
end
if last > 0 then redis.call('PEXPIREAT', KEYS[6], string.format('%.0f', last)) end
redis.call('DEL', KEYS[1], KEYS[2])
redis.call('HDEL', KEYS[4], ARGV[3])
redis.call('SREM', KEYS[5], ARGV[3])
if held[1] ~= ARGV[2] then redis.call('SREM', ARGV[7] .. held[1] .. ':rooms', ARGV[3]) end
redis.call('PEXPIRE', KEYS[3], ARGV[4])
redis.call('PUBLISH', ARGV[5], ARGV[6])
return 1
`);
