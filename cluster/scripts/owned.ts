/**
 * The beginning of the scripts of an owner. `me` is what it calls itself, with its epoch; `held` is what Redis has. Another node that has the
 * same epoch is possible after Redis has lost a claim. The one that Redis has stays.
 */
export const owned = `
local held = redis.call('HMGET', KEYS[1], 'node', 'epoch', 'seq')
local epoch = tonumber(ARGV[1])
local heldEpoch = tonumber(held[2] or '0')
local function fenced()
  return redis.error_reply('FENCED the room belongs to ' .. held[1] .. ' with the epoch ' .. held[2])
end
local isFenced = held[1] and (heldEpoch > epoch or (heldEpoch == epoch and held[1] ~= ARGV[2]))
`;

/**
 * Functions for what is written to a room. Each reads its own part of ARGV from \`at\` on: a number, then so many items.
 */
export const parts = `
local function each(size, run)
  local count = tonumber(ARGV[at])
  at = at + 1
  for i = 1, count do
    run(i)
    at = at + size
  end
end
local deaf = {}
local function sends()
  each(2, function()
    if redis.call('PUBLISH', ARGV[at], ARGV[at + 1]) == 0 then deaf[#deaf + 1] = ARGV[at] end
  end)
end
local function sessions(hash, ttl)
  each(1, function() redis.call('SET', ARGV[at], hash, 'PX', ttl) end)
end
local function fields()
  local first = at + 1
  at = first + 2 * tonumber(ARGV[at])
  for i = first, at - 1, 1000 do redis.call('HSET', KEYS[2], unpack(ARGV, i, math.min(i + 999, at - 1))) end
end
local function summary(hash, channel)
  local text, message = ARGV[at], ARGV[at + 1]
  at = at + 2
  if text == '' then return end
  redis.call('HSET', KEYS[4], hash, text)
  redis.call('PUBLISH', channel, message)
end
`;
