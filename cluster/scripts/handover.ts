import { owned } from './owned.js';
import { script } from './script.js';

/**
 * Gives a room to another node.
 *
 * KEYS: owner, log, rooms of the node, rooms of the other node, the other node.
 * ARGV: epoch, node, seq, the other node, hash of the room.
 *
 * Answers the new epoch. Executed before: the same.
 */
export const handover = script(`
${owned}
if not held[1] then return redis.error_reply('GONE the room has no owner') end
if held[1] == ARGV[4] and heldEpoch == epoch + 1 then return heldEpoch end
if isFenced then return fenced() end
if heldEpoch < epoch then return redis.error_reply('GAP the epoch is ' .. held[2]) end
if tonumber(held[3]) ~= tonumber(ARGV[3]) then return redis.error_reply('GAP the log ends at ' .. held[3]) end
local state = redis.call('HGET', KEYS[5], 'state')
if not state then return redis.error_reply('ABSENT there is no node ' .. ARGV[4]) end
if state ~= 'up' then return redis.error_reply('ABSENT the node ' .. ARGV[4] .. ' is ' .. state) end
local text = string.format('%.0f', epoch + 1)
redis.call('HSET', KEYS[1], 'node', ARGV[4], 'epoch', text, 'seq', '0')
redis.call('XADD', KEYS[2], text .. '-0', 'n', ARGV[4])
redis.call('SADD', KEYS[4], ARGV[5])
redis.call('SREM', KEYS[3], ARGV[5])
return epoch + 1
`);
