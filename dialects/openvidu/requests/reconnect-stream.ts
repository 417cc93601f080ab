import { z } from 'zod';
import { ProtocolError, invalidParams } from '../../session-layer/errors.js';
import { roomRequest } from '../request-type.js';
import { negotiationErrors, sdpAnswer, shortSdp } from './negotiation.js';
import { publisherIn } from './sender.js';
import { receive } from './receive.js';
import { republish } from './republish.js';

export const reconnectStream = roomRequest({
  name: 'reconnectStream',
  params: z.object({
    stream: z.string(),
    sdpString: z.string().min(1).nullish().meta({ description: 'An offer, for the own stream' }),
    sdpOffer: z.string().min(1).nullish().meta({ description: 'An offer, for the stream of somebody else' }),
    forciblyReconnect: z.unknown().optional(),
  }),
  result: z.object({ sdpAnswer, id: z.string().optional(), createdAt: z.number().optional() }),
  summary: 'Repairs a media connection that broke.',
  description:
    'Nobody is told. The id of the stream stays, and those who receive the own stream see it again without doing anything. Where it fails everything is as it was. `id` and `createdAt` are there for the own stream.',
  example: {
    params: { stream: 'str_CAM_Yk3x_con_Fq3kT8vWzA', sdpOffer: shortSdp, forciblyReconnect: false },
    result: { sdpAnswer: shortSdp },
  },
  errors: [
    { reason: 'not-publishing', when: 'There is no such stream.' },
    { reason: invalidParams, when: 'There is no offer.' },
    ...negotiationErrors,
  ],
  handle: async (_participant, { stream, sdpString, sdpOffer }, { session }) => {
    const publisher = publisherIn(session.ovSession, stream);
    const isOwn = publisher.connection === session.connection;
    const offer = isOwn ? (sdpString ?? sdpOffer) : (sdpOffer ?? sdpString);
    if (offer == null) {
      throw new ProtocolError(invalidParams, 'reconnectStream: "sdpOffer" is missing: it must be text');
    }
    if (!isOwn) return { answer: { sdpAnswer: await receive(session, publisher, offer) } };
    const answered = await republish(session, offer);
    const { createdAt = 0 } = session.connection.stream ?? {};
    return { answer: { sdpAnswer: answered, id: stream, createdAt } };
  },
});
