import { z } from 'zod';

/** How far a client is that counts what it is told (docs/protocols/kurento-room.md#15-connect-closesession). */
export const receivedSchema = z.int().min(0).meta({
  description:
    'With the feature `resume`: how many messages the client has, from the answer to joinRoom on, which is the first. Answers to ping and connect do not count',
});
