import { script } from './script.js';

/**
 * Makes a node the owner of a room, when nobody owns it or its owner is dead now. A node that owns it already gets what is there, so that
 * a claim which comes twice changes nothing.
 *
 * KEYS: owner, state, log, rooms of the node, rooms of the node that is seen dead, that node, bans that the former room of the name has left,
 * summaries.
 * ARGV: hash of the room, its name, node, node that is seen dead or '', its channel, the oldest and the newest version of journals that the
 * node reads, the version that it writes.
 *
 * Answers `{'mine', epoch, seq, version, state…, former, summary}`, `{'other', node, epoch}` or `{'version', node, version}`. `former`: the epoch
 * and the last id of the log before it, or ''. It is kept with the owner, for those who ask who that is.
 */
export const claim = script(`
local held = redis.call('HMGET', KEYS[1], 'node', 'epoch', 'seq', 'version', 'former')
local node = held[1]
local function mine(epoch, seq, version, former)
  local summary = redis.call('HGET', KEYS[8], ARGV[1])
  return {'mine', epoch, seq, version, redis.call('HGETALL', KEYS[2]), former or '', summary or ''}
end
if node == ARGV[3] then return mine(tonumber(held[2]), tonumber(held[3]), tonumber(held[4]), held[5]) end
if node then
  local dead = node == ARGV[4] and (redis.call('EXISTS', KEYS[6]) == 0
    or redis.call('PUBSUB', 'NUMSUB', ARGV[5])[2] == 0)
  if not dead then return {'other', node, tonumber(held[2])} end
end
local version = tonumber(held[4] or ARGV[8])
if version < tonumber(ARGV[6]) or version > tonumber(ARGV[7]) then return {'version', node or '', version} end

local time = redis.call('TIME')
local epoch = time[1] * 1000 + math.floor(time[2] / 1000)
if held[2] then epoch = math.max(epoch, held[2] + 1) end
local last = ''
if redis.call('EXISTS', KEYS[3]) == 1 then
  local log = redis.call('XINFO', 'STREAM', KEYS[3])
  for i = 1, #log, 2 do
    if log[i] == 'last-generated-id' then last = log[i + 1] end
  end
  epoch = math.max(epoch, string.match(last, '^%d+') + 1)
end
local text = string.format('%.0f', epoch)
local former = last == '' and '' or text .. ' ' .. last
redis.call(
  'HSET', KEYS[1], 'room', ARGV[2], 'node', ARGV[3], 'epoch', text, 'seq', '0', 'version', version, 'former', former
)
redis.call('XADD', KEYS[3], text .. '-0', 'n', ARGV[3])
redis.call('PERSIST', KEYS[3])
redis.call('SADD', KEYS[4], ARGV[1])
local bans = redis.call('HGETALL', KEYS[7])
for i = 1, #bans, 2 do redis.call('HSET', KEYS[2], bans[i], bans[i + 1]) end
redis.call('DEL', KEYS[7])
if node then redis.call('SREM', KEYS[5], ARGV[1]) end
return mine(epoch, 0, version, former)
`);
