import type { MethodName, NotificationName, NotificationParams, RequestParams, RequestResult } from './params.js';

/** What the documentation says of a request, besides its schemas. */
interface RequestDescription<M extends MethodName> {
  readonly summary: string;
  readonly description?: string;
  readonly example: { readonly params: RequestParams<M>; readonly result: RequestResult<M> };
}

interface NotificationDescription<N extends NotificationName> {
  readonly summary: string;
  /** Who is told. */
  readonly to: string;
  readonly example: NotificationParams<N>;
}

const offer = 'v=0…';
const answer = 'v=0…';
const candidate = 'candidate:1 1 UDP 2013266431 192.0.2.7 51300 typ host';

/** A request that is added does not compile until it is described (Kurento Room §3). */
export const requestDescriptions: { readonly [M in MethodName]: RequestDescription<M> } = {
  joinRoom: {
    summary: 'Joins a room, which is made if need be.',
    description:
      'The answer lists who is there already and who of them publishes; whoever comes later is announced by participantJoined. A session is in one room at a time.',
    example: {
      params: { user: 'berta', room: 'daily' },
      result: { value: [{ id: 'ana', streams: [{ id: 'webcam' }] }] },
    },
  },
  publishVideo: {
    summary: "Offers the participant's stream to the room.",
    description:
      'The others are told participantPublished after the answer. Server candidates come as iceCandidate, possibly before it.',
    example: { params: { sdpOffer: offer, doLoopback: false }, result: { sdpAnswer: answer } },
  },
  unpublishVideo: {
    summary: 'Ends the stream and everything subscribed to it.',
    description: 'The others are told participantUnpublished. Publishing again is possible at once.',
    example: { params: {}, result: {} },
  },
  receiveVideoFrom: {
    summary: "Receives another participant's stream.",
    description:
      'Doing it again replaces the subscription. The `sender` may hold underscores: the part before the last one is tried as a name, then the part before the first one, then the whole.',
    example: { params: { sender: 'ana_webcam', sdpOffer: offer }, result: { sdpAnswer: answer } },
  },
  unsubscribeFromVideo: {
    summary: 'Ends receiving a stream.',
    description:
      'Succeeds also when it was not received. The `sdpAnswer` is empty, for clients that insist on the member.',
    example: { params: { sender: 'ana_webcam' }, result: { sdpAnswer: '' } },
  },
  onIceCandidate: {
    summary: 'Hands over an ICE candidate of the client.',
    description:
      'Always accepted in a room: candidates that come before their offer are kept, those for nobody and unusable ones are ignored.',
    example: { params: { endpointName: 'berta', candidate, sdpMid: '0', sdpMLineIndex: 0 }, result: {} },
  },
  sendMessage: {
    summary: 'Says a text to everybody in the room.',
    description: 'The notification sendMessage goes to all after the answer, to the sender too.',
    example: { params: { message: 'Hello', userMessage: 'berta', roomMessage: 'daily' }, result: {} },
  },
  leaveRoom: {
    summary: 'Leaves the room.',
    description:
      'The others are told first. The session is gone with the answer; the server closes the socket a second later, unless the client uses it again.',
    example: { params: {}, result: {} },
  },
  customRequest: {
    summary: 'Changes a video filter.',
    description:
      'Which one is configured, and told by `/getClientConfig`: `hat` is about the own stream, also before it is published; `marker` about the whole room, where it goes from off through the configured images and to off again. Needs a Kurento media server that has the filter; the embedded engine has none and refuses.',
    example: { params: { hat: true }, result: {} },
  },
  ping: {
    summary: 'Shows that the client is there.',
    description:
      'Answered at once, also before joinRoom. After the first ping of a connection the server closes it when none comes for three intervals. The answer holds the sessionId only if the request did.',
    example: { params: { interval: 5000 }, result: { value: 'pong' } },
  },
  connect: {
    summary: 'Starts a session, or goes on with one on a new socket.',
    description:
      'With the sessionId of a session whose socket was lost, and within the grace time, everything goes on: membership, streams, and what was missed follows the answer in order.',
    example: {
      params: { sessionId: '5d41402abc4b2a76b9719d911017c592' },
      result: { value: 'reconnection successful', sessionId: '5d41402abc4b2a76b9719d911017c592' },
    },
  },
  closeSession: {
    summary: 'Ends the session at once, without grace time; then the socket is closed.',
    description: 'The result is a bare text, without sessionId.',
    example: { params: {}, result: 'bye' },
  },
  'rpc.discover': {
    summary: 'The OpenRPC document of this protocol.',
    description: 'Needs no session. The result is the document itself, which is also at `/api/v1/openrpc.json`.',
    example: { params: {}, result: { openrpc: '1.3.2' } },
  },
};

/** As above, for notifications (Kurento Room §4). */
export const notificationDescriptions: { readonly [N in NotificationName]: NotificationDescription<N> } = {
  participantJoined: { summary: 'Somebody joined.', to: 'the others in the room', example: { id: 'berta' } },
  participantPublished: {
    summary: 'Somebody publishes.',
    to: 'the others in the room',
    example: { id: 'berta', streams: [{ id: 'webcam' }] },
  },
  participantUnpublished: {
    summary: 'Somebody stopped publishing and stays.',
    to: 'the others in the room',
    example: { name: 'berta' },
  },
  participantLeft: {
    summary: 'Somebody left, was evicted or is gone for good. It ends her stream too.',
    to: 'the others in the room',
    example: { name: 'berta' },
  },
  participantEvicted: { summary: 'The server removed you from the room.', to: 'the evicted participant', example: {} },
  sendMessage: {
    summary: 'Somebody said something. `name` repeats `user`.',
    to: 'everybody in the room, the sender included',
    example: { room: 'daily', user: 'berta', name: 'berta', message: 'Hello' },
  },
  iceCandidate: {
    summary: 'The media server has a candidate for the stream of `endpointName`.',
    to: 'who publishes or receives that stream',
    example: { endpointName: 'berta', sdpMLineIndex: 0, sdpMid: '0', candidate },
  },
  mediaError: {
    summary: 'The media server reports an error. Nobody is removed; publishing or receiving again may help.',
    to: 'the owner of the stream, or everybody in the room when it concerns all',
    example: { error: 'media-lost: the media server is out of reach' },
  },
  custonNotification: {
    summary:
      "The room's marker filter changed: the index of its image, -1 for off. A newcomer is told the present state.",
    to: 'everybody in the room',
    example: { MarkerFilterState: 0 },
  },
  roomClosed: {
    summary: 'The room was closed with everybody in it. No participantLeft follows.',
    to: 'everybody who was in the room',
    example: { room: 'daily' },
  },
};
