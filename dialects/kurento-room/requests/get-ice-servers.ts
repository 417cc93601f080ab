import { z } from 'zod';
import { roomRequest } from '../request-type.js';
import { iceServersShape } from '../shown-ice.js';

export const getIceServers = roomRequest({
  name: 'getIceServers',
  params: z.object({}),
  result: iceServersShape,
  summary: 'The STUN and TURN servers again, with credentials that are valid from now on.',
  description:
    'Those that joinRoom tells clients with the feature `ice`. To be asked before `iceTtlS` is over; a call goes on meanwhile.',
  example: {
    params: {},
    result: {
      iceServers: [
        {
          urls: ['turn:turn.example.org:3478?transport=udp'],
          username: '1796083200:8Jq0Zk_v3xWd',
          credential: 'ZGVtb25zdHJhdGlvbg==',
        },
      ],
      iceTtlS: 86_400,
    },
  },
  handle: (participant, _params, { ice }) => ({ answer: ice.of(participant) }),
});
