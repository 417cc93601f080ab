import { owned, parts } from './owned.js';
import { script } from './script.js';

/**
 * Writes what one turn of the event loop changed in a room, under the epoch of its owner.
 *
 * KEYS: owner, state, log, summaries.
 * ARGV: epoch, node, seq before, seq after, hash of the room, channel of the rooms, ms that sessions are kept, the position before which
 * the log loses everything or ''; summary and what the channel is told, or twice ''; then lists, each after its length: fields and values, fields to remove,
 * slots and frames, sessions to keep, sessions to forget, channels and messages.
 *
 * Answers the channels at which nobody listened. Executed before: the same, and nothing is written or sent.
 */
export const commit = script(`
${owned}
if not held[1] then return redis.error_reply('GONE the room has no owner') end
if isFenced then return fenced() end
if heldEpoch < epoch then return redis.error_reply('GAP the epoch is ' .. held[2]) end
local from, seq = tonumber(ARGV[3]), tonumber(held[3])
if seq < from then return redis.error_reply('GAP the log ends at ' .. held[3]) end
local at = 9
${parts}
if seq > from then
  at = 11
  each(2, function() end)
  each(1, function() end)
  each(2, function() end)
  each(1, function() end)
  each(1, function() end)
  each(2, function()
    if redis.call('PUBSUB', 'NUMSUB', ARGV[at])[2] == 0 then deaf[#deaf + 1] = ARGV[at] end
  end)
  return deaf
end
redis.call('HSET', KEYS[1], 'seq', ARGV[4])
summary(ARGV[5], ARGV[6])
fields()
each(1, function() redis.call('HDEL', KEYS[2], ARGV[at]) end)
each(2, function(i)
  redis.call('XADD', KEYS[3], ARGV[1] .. '-' .. string.format('%.0f', from + i), 's', ARGV[at], 'f', ARGV[at + 1])
end)
if ARGV[8] ~= '' then redis.call('XTRIM', KEYS[3], 'MINID', '=', ARGV[8]) end
sessions(ARGV[5], ARGV[7])
each(1, function()
  if redis.call('GET', ARGV[at]) == ARGV[5] then redis.call('DEL', ARGV[at]) end
end)
sends()
return deaf
`);
