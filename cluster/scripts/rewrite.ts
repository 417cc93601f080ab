import { owned, parts } from './owned.js';
import { script } from './script.js';

/**
 * Writes a room again as a whole, after Redis has lost writes of its owner, or everything. Of two owners the one with the higher epoch
 * stays. What Redis still has of the log stays too, unless what followed it
 * is lost and its owner does not keep it any more: a log has no holes. Entries without a frame say where it begins, and where owners began.
 *
 * KEYS: owner, state, log, summaries, rooms of the node.
 * ARGV: epoch, node, seq, version, hash of the room, channel of the rooms, ms that sessions are kept, name of the room, what names of nodes
 * begin with; summary and what the channel is told, or twice ''; then lists, each after its length: fields and values, positions with
 * slots and frames, sessions to keep, channels and messages.
 *
 * Answers the channels at which nobody listened. Redis has it all already: nothing is written, and the answer is empty.
 */
export const rewrite = script(`
${owned}
if isFenced then return fenced() end
if held[1] and heldEpoch == epoch and tonumber(held[3]) >= tonumber(ARGV[3]) then return {} end
local at = 10
${parts}
local lastEpoch, lastSeq = 0, -1
if redis.call('EXISTS', KEYS[3]) == 1 then
  local log = redis.call('XINFO', 'STREAM', KEYS[3])
  for i = 1, #log, 2 do
    if log[i] == 'last-generated-id' then
      local a, b = string.match(log[i + 1], '^(%d+)-(%d+)$')
      lastEpoch, lastSeq = tonumber(a), tonumber(b)
    end
  end
end
if lastEpoch > epoch then
  return redis.error_reply('FENCED the log has the epoch ' .. string.format('%.0f', lastEpoch))
end
local function append(a, b, ...)
  if a < lastEpoch or (a == lastEpoch and b <= lastSeq) then return end
  redis.call('XADD', KEYS[3], string.format('%.0f-%.0f', a, b), ...)
  lastEpoch, lastSeq = a, b
end
redis.call('HSET', KEYS[1], 'room', ARGV[8], 'node', ARGV[2], 'epoch', ARGV[1], 'seq', ARGV[3], 'version', ARGV[4])
redis.call('DEL', KEYS[2])
summary(ARGV[5], ARGV[6])
fields()
local function position(text)
  local a, b = string.match(text or '', '^(%d+)-(%d+)$')
  return tonumber(a), tonumber(b)
end
local trimmedEpoch, trimmedSeq = position(redis.call('HGET', KEYS[2], 'trimmed'))
if trimmedEpoch then
  append(trimmedEpoch, trimmedSeq, 'n', ARGV[2])
  redis.call('XTRIM', KEYS[3], 'MINID', '=', string.format('%.0f-%.0f', trimmedEpoch, trimmedSeq))
end
each(3, function()
  local a, b = position(ARGV[at])
  if lastEpoch < a then append(a, 0, 'n', ARGV[2]) end
  append(a, b, 's', ARGV[at + 1], 'f', ARGV[at + 2])
end)
if lastEpoch < epoch then append(epoch, 0, 'n', ARGV[2]) end
if lastSeq < tonumber(ARGV[3]) then redis.call('XSETID', KEYS[3], ARGV[1] .. '-' .. ARGV[3]) end
redis.call('PERSIST', KEYS[3])
redis.call('SADD', KEYS[5], ARGV[5])
if held[1] and held[1] ~= ARGV[2] then redis.call('SREM', ARGV[9] .. held[1] .. ':rooms', ARGV[5]) end
sessions(ARGV[5], ARGV[7])
sends()
return deaf
`);
