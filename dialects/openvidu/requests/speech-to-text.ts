import { z } from 'zod';
import { ProtocolError } from '../../session-layer/errors.js';
import { roomRequest } from '../request-type.js';

function speechRequest<Name extends string>(name: Name, summary: string) {
  return roomRequest({
    name,
    params: z.object({ connectionId: z.unknown().optional(), lang: z.unknown().optional() }),
    result: z.object({}),
    summary,
    example: { params: { connectionId: 'con_Fq3kT8vWzA' }, result: {} },
    errors: [{ reason: 997, when: 'Always: there is no speech to text here.' }],
    handle: () => {
      throw new ProtocolError(997, 'There is no speech to text on this server');
    },
  });
}

export const subscribeToSpeechToText = speechRequest('subscribeToSpeechToText', 'Asks for what somebody says as text.');
export const unsubscribeFromSpeechToText = speechRequest('unsubscribeFromSpeechToText', 'Does not want that any more.');
