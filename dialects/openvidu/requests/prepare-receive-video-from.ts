import { z } from 'zod';
import { ProtocolError } from '../../session-layer/errors.js';
import { roomRequest } from '../request-type.js';
import { sender } from './sender.js';

export const prepareReceiveVideoFrom = roomRequest({
  name: 'prepareReceiveVideoFrom',
  params: z.object({ sender, reconnect: z.unknown().optional() }),
  result: z.object({ sdpOffer: z.string() }),
  summary: 'Asks the server to offer: it does not, and pages that were told the media server kurento do not ask.',
  example: { params: { sender: 'str_CAM_Yk3x_con_Fq3kT8vWzA', reconnect: false }, result: { sdpOffer: '' } },
  errors: [{ reason: 303, when: 'Always: pages make the offers here.' }],
  handle: () => {
    throw new ProtocolError(303, 'The server makes no offers: pages do');
  },
});
