import { script } from './script.js';

/** The owners of many rooms at once. KEYS: owner of each room. Answers for each `{node, epoch, former}` (claim.ts), what is not there as nil. */
export const owners = script(`
local rooms = {}
for i = 1, #KEYS do rooms[i] = redis.call('HMGET', KEYS[i], 'node', 'epoch', 'former') end
return rooms
`);
