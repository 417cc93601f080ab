import { z } from 'zod';
import { roomRequest } from '../request-type.js';
import { negotiationErrors, sdpAnswer, sdpOffer, shortSdp } from './negotiation.js';
import { nobodyOfThatId, sender, senderIn } from './sender.js';
import { receive } from './receive.js';

export const receiveVideoFrom = roomRequest({
  name: 'receiveVideoFrom',
  params: z.object({ sender, sdpOffer }),
  result: z.object({ sdpAnswer }),
  summary: "Receives somebody's stream.",
  description: 'Whatever the role. Doing it again replaces the subscription.',
  example: { params: { sender: 'str_CAM_Yk3x_con_Fq3kT8vWzA', sdpOffer: shortSdp }, result: { sdpAnswer: shortSdp } },
  errors: [
    nobodyOfThatId,
    { reason: 'not-publishing', when: 'They do not publish, or stopped meanwhile.' },
    { reason: 'own-publication', when: 'It is the own stream: loopback is an option of publishVideo.' },
    ...negotiationErrors,
  ],
  handle: async (_participant, { sender: id, sdpOffer: offer }, { session }) => ({
    answer: { sdpAnswer: await receive(session, senderIn(session.ovSession, id), offer) },
  }),
});
