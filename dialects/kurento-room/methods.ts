import type { IceCandidate } from '../../media/port.js';
import { RoomError } from '../../rooms/errors.js';
import type { Participant } from '../../rooms/participant.js';
import type { Room } from '../../rooms/room.js';
import type { CustomRequest } from './custom-request.js';
import { webcam } from './events.js';
import type { Exchange } from './link.js';
import { openRpcDocument } from './openrpc.js';
import type { connectionRequests } from './params.js';
import type { MethodName, ParsedParams, RequestResult } from './params.js';
import type { Session } from './session.js';

type Methods = {
  readonly [M in Exclude<MethodName, keyof typeof connectionMethods>]: (
    session: Session,
    params: ParsedParams<M>,
  ) => RequestResult<M> | Promise<RequestResult<M>>;
};

/** What each request does (Kurento Room §3): one call on the domain, its outcome in the words of the wire. */
export function roomMethods(customRequest: CustomRequest): Methods {
  return { ...commonMethods, customRequest: (session, params) => customRequest(session.participant, params) };
}

const commonMethods: Omit<Methods, 'customRequest'> = {
  joinRoom(session, { user, room, dataChannels }) {
    const participant = session.join(room, user, dataChannels ?? false);
    const value = [];
    for (const other of participant.room.participants) {
      if (other !== participant) value.push({ id: other.name, streams: other.publication ? webcam : [] });
    }
    return { value };
  },

  async publishVideo(session, { sdpOffer, doLoopback }) {
    const options = { loopback: doLoopback ?? false, dataChannels: session.dataChannels };
    return { sdpAnswer: await session.participant.publish(sdpOffer, options) };
  },

  unpublishVideo(session) {
    session.participant.unpublish();
    return {};
  },

  async receiveVideoFrom(session, { sender, sdpOffer }) {
    const { participant } = session;
    return { sdpAnswer: await participant.subscribe(senderIn(participant.room, sender), sdpOffer) };
  },

  unsubscribeFromVideo(session, { sender }) {
    const { participant } = session;
    participant.unsubscribe(senderIn(participant.room, sender));
    return { sdpAnswer: '' };
  },

  onIceCandidate(session, params) {
    const { participant } = session;
    const publisher = participant.room.findByName(params.endpointName);
    // A candidate for nobody is accepted and ignored: clients send dozens without looking at the answers (§3.6).
    if (publisher) participant.addCandidate(publisher, candidateOf(params));
    return {};
  },

  sendMessage(session, { message, userMessage, roomMessage }) {
    const { participant } = session;
    if (userMessage !== participant.id) {
      throw new RoomError('participant-not-found', `You are "${participant.id}", not "${userMessage}"`);
    }
    if (roomMessage !== participant.room.name) {
      throw new RoomError('room-not-found', `You are in room "${participant.room.name}", not "${roomMessage}"`);
    }
    participant.say(message);
    return {};
  },

  leaveRoom(session) {
    session.leave();
    return {};
  },
};

type ConnectionMethods = {
  readonly [M in (typeof connectionRequests)[number]]: (
    exchange: Exchange,
    params: ParsedParams<M>,
  ) => RequestResult<M>;
};

/** Requests about the connection itself: they pass the queue, and name the session themselves (Kurento Room §1.4, §1.5). */
export const connectionMethods: ConnectionMethods = {
  ping({ link }, { interval, sessionId }) {
    link.watch(interval ?? undefined);
    return { value: 'pong', ...(sessionId != null && { sessionId }) };
  },

  connect({ link, answered }, { sessionId }) {
    if (sessionId == null) return { value: 'OK', sessionId: link.session.id };
    return { value: 'reconnection successful', sessionId: link.resume(sessionId, answered).id };
  },

  closeSession({ link, answered }) {
    link.endSession(answered);
    return 'bye';
  },

  'rpc.discover'() {
    return openRpcDocument();
  },
};

/** `USER_webcam`, where the user's name may hold underscores itself (Kurento Room §2). @throws RoomError `participant-not-found` */
function senderIn(room: Room, sender: string): Participant {
  const last = sender.lastIndexOf('_');
  const first = sender.indexOf('_');
  const publisher =
    (last >= 0 ? room.findByName(sender.slice(0, last)) : undefined) ??
    (first >= 0 ? room.findByName(sender.slice(0, first)) : undefined) ??
    room.findByName(sender);
  if (!publisher) throw new RoomError('participant-not-found', `"${sender}" is nobody in room "${room.name}"`);
  return publisher;
}

function candidateOf(params: ParsedParams<'onIceCandidate'>): IceCandidate {
  const { candidate, sdpMid, sdpMLineIndex } = params;
  const index = sdpMLineIndex ?? (sdpMid && /^\d{1,4}$/.test(sdpMid) ? Number(sdpMid) : 0);
  return { candidate, sdpMid: sdpMid ?? String(index), sdpMLineIndex: index };
}
