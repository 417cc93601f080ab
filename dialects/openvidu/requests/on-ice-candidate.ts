import { z } from 'zod';
import { lenientNumber } from '../../session-layer/lenient.js';
import { connectionIdOf } from '../model/ids.js';
import { roomRequest } from '../request-type.js';

export const onIceCandidate = roomRequest({
  name: 'onIceCandidate',
  params: z.object({
    endpointName: z
      .string()
      .meta({ description: "The connection id of the stream's publisher: one's own for one's own stream" }),
    candidate: z.string().meta({ description: 'The candidate line without `a=`; empty at the end of candidates' }),
    sdpMid: z.string().nullish(),
    sdpMLineIndex: lenientNumber.nullish(),
  }),
  result: z.object({}),
  summary: 'Hands over an ICE candidate of the page.',
  description:
    'Always accepted: candidates that come before their offer are kept, those for nobody and unusable ones are dropped. An error would be an exception event in the page.',
  example: {
    params: {
      ...{ endpointName: 'con_Fq3kT8vWzA', candidate: 'candidate:1 1 UDP 2013266431 192.0.2.7 51300 typ host' },
      ...{ sdpMid: '0', sdpMLineIndex: 0 },
    },
    result: {},
  },
  // Pages send the next one when the last one is answered.
  mayWaitMs: { request: 10, answer: 10 },
  handle: (participant, { endpointName, candidate, sdpMid, sdpMLineIndex }, { session }) => {
    const publisher = session.ovSession.connection(connectionIdOf(endpointName) ?? endpointName)?.participant;
    if (publisher && !publisher.closed) {
      const index = sdpMLineIndex ?? (sdpMid != null && /^\d{1,4}$/.test(sdpMid) ? Number(sdpMid) : 0);
      participant.addCandidate(publisher, { candidate, sdpMid: sdpMid ?? '', sdpMLineIndex: index });
    }
    return { answer: {} };
  },
});
