import { z } from 'zod';
import type { IceCandidate } from '../../../media/port.js';
import { lenientIndex } from '../lenient.js';
import { roomRequest } from '../request-type.js';
import { streamIdSchema } from '../streams.js';

const params = z
  .object({
    endpointName: z
      .string()
      .min(1)
      .meta({ description: "One's own name for one's publication, the publisher's for a subscription" }),
    stream: streamIdSchema
      .optional()
      .meta({ description: 'The id of the stream. Default: whatever is negotiated with that participant' }),
    candidate: z.string().meta({ description: 'The candidate line without `a=`; empty at the end of candidates' }),
    sdpMid: z.string().nullish().meta({ description: 'The media id in the SDP' }),
    sdpMLineIndex: lenientIndex
      .nullish()
      .meta({ description: 'The index of the media section; needed when `sdpMid` is absent' }),
  })
  .refine(({ sdpMid, sdpMLineIndex }) => sdpMid != null || sdpMLineIndex != null, {
    path: ['sdpMLineIndex'],
    error: 'must be there when "sdpMid" is not',
  });

export const onIceCandidate = roomRequest({
  name: 'onIceCandidate',
  params,
  result: z.object({}),
  summary: 'Hands over an ICE candidate of the client.',
  description:
    'Always accepted in a room: candidates that come before their offer are kept, those for nobody and unusable ones are ignored.',
  example: {
    params: {
      endpointName: 'berta',
      candidate: 'candidate:1 1 UDP 2013266431 192.0.2.7 51300 typ host',
      sdpMid: '0',
      sdpMLineIndex: 0,
    },
    result: {},
  },
  // Candidates come in dozens. Those of the client are not waited for: what it sends itself is enough to connect.
  mayWaitMs: { request: 10, answer: 50 },
  handle: (participant, given) => {
    const publisher = participant.room.findByName(given.endpointName);
    // A candidate for nobody is accepted and ignored: clients send dozens and do not look at the answers
    // (docs/protocols/kurento-room.md#36-onicecandidate).
    if (publisher) participant.addCandidate(publisher, candidateOf(given), given.stream);
    return { answer: {} };
  },
});

function candidateOf({ candidate, sdpMid, sdpMLineIndex }: z.output<typeof params>): IceCandidate {
  const index = sdpMLineIndex ?? (sdpMid && /^\d{1,4}$/.test(sdpMid) ? Number(sdpMid) : 0);
  return { candidate, sdpMid: sdpMid ?? '', sdpMLineIndex: index };
}
