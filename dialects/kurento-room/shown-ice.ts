import { z } from 'zod';

/** What joinRoom and getIceServers answer of `access/ice-servers.ts`. */
export const iceServersShape = z.object({
  iceServers: z
    .array(z.object({ urls: z.array(z.string()), username: z.string().optional(), credential: z.string().optional() }))
    .meta({ description: 'STUN and TURN servers, as RTCConfiguration has them' }),
  iceTtlS: z.int().optional().meta({
    description: 'How long their credentials are valid, in s; getIceServers gives others. Absent: they do not expire',
  }),
});
export type ShownIceServers = z.output<typeof iceServersShape>;
