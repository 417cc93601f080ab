import { script } from './script.js';

/**
 * What a node has to know of rooms that it may take, of many at once.
 *
 * KEYS: owner and state of each room. Answers for each `{node, epoch, room, version, media}`, what is not there as nil.
 */
export const look = script(`
local rooms = {}
for i = 1, #KEYS, 2 do
  local room = redis.call('HMGET', KEYS[i], 'node', 'epoch', 'room', 'version')
  room[5] = redis.call('HGET', KEYS[i + 1], 'media')
  rooms[#rooms + 1] = room
end
return rooms
`);
