import { expect } from 'chai';
import type { MethodName } from '../../../dialects/kurento-room/types.js';
import { publishOffer, receiveOffer } from '../../support/fixtures.js';
import { RoomStack } from '../../support/room-stack.js';
import { RpcClient } from '../../support/rpc-client.js';
import { testKey, tokenWith } from '../../support/tokens.js';

const roles = ['MODERATOR', 'PUBLISHER', 'SUBSCRIBER'] as const;
const no = '401 not-allowed';

/** What each role is answered, in the order of the roles: `ok`, or the refusal. The requests are made in this order. */
const table: readonly (readonly [MethodName, object, ...outcomes: string[]])[] = [
  ['publishVideo', { sdpOffer: publishOffer }, 'ok', 'ok', no],
  ['receiveVideoFrom', { sender: 'berta_webcam', sdpOffer: receiveOffer }, 'ok', 'ok', 'ok'],
  ['onIceCandidate', { endpointName: 'berta', candidate: '', sdpMLineIndex: 0 }, 'ok', 'ok', 'ok'],
  ['unsubscribeFromVideo', { sender: 'berta_webcam' }, 'ok', 'ok', 'ok'],
  ['sendMessage', { message: 'm', userMessage: 'me', roomMessage: 'r' }, 'ok', 'ok', no],
  ['customRequest', { hat: true }, 'ok', 'ok', no],
  ['unpublishVideo', {}, 'ok', 'ok', '105'],
  ['raiseHand', { raised: true }, 'ok', 'ok', 'ok'],
  ['updateState', { audio: false }, 'ok', 'ok', 'ok'],
  ['updateMetadata', { metadata: 'mine' }, 'ok', 'ok', no],
  ['muteParticipant', { id: 'berta', kinds: ['audio'], muted: true }, 'ok', no, no],
  ['requestUnmute', { id: 'berta', kinds: ['audio'] }, 'ok', no, no],
  ['forceUnpublish', { id: 'berta' }, 'ok', no, no],
  ['setGrants', { id: 'berta', role: 'SUBSCRIBER' }, 'ok', no, no],
  ['lowerHand', { id: '*' }, 'ok', no, no],
  ['lockRoom', { locked: true }, 'ok', no, no],
  ['updateRoom', { locked: false, password: 'p' }, 'ok', no, no],
  ['admitParticipant', { id: 'waiting-1' }, '102', no, no],
  ['denyParticipant', { id: 'waiting-1' }, '102', no, no],
  ['forceDisconnect', { id: 'berta' }, 'ok', no, no],
  ['closeRoom', {}, 'ok', no, no],
  ['ping', {}, 'ok', 'ok', 'ok'],
  ['connect', {}, 'ok', 'ok', 'ok'],
  ['leaveRoom', {}, '102', 'ok', 'ok'],
  ['rpc.discover', {}, 'ok', 'ok', 'ok'],
  ['closeSession', {}, 'ok', 'ok', 'ok'],
];

describe('Kurento Room §3.11 a role', () => {
  for (const [column, role] of roles.entries()) {
    it(`${role} may do what it is for, and is refused the rest in the words of the protocol`, async () => {
      const stack = new RoomStack({ auth: 'required', keys: testKey });
      stack.media.hasFilters = true;
      const url = await stack.start();
      try {
        const token = (sub: string, of: string): string =>
          tokenWith({ sub, role: of, video: { room: 'r', roomJoin: true } });
        const [berta, me] = [await RpcClient.connect(url), await RpcClient.connect(url)];
        await berta.request('joinRoom', { room: 'r', token: token('berta', 'PUBLISHER') });
        await berta.request('publishVideo', { sdpOffer: publishOffer });
        await me.request('joinRoom', { room: 'r', token: token('me', role) });
        const outcomes: [string, string][] = [];
        for (const [method, params] of table) {
          const { error } = await me.call(method, params);
          outcomes.push([method, error ? [error.code, error.data?.reason].join(' ').trim() : 'ok']);
        }
        expect(outcomes).to.deep.equal(table.map(([method, , ...expected]) => [method, expected[column]]));
        berta.cut();
      } finally {
        await stack.stop();
      }
    });
  }
});
