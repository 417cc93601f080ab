import type { Bearer, Participant, Rooms } from '../../rooms/index.js';
import { RoomError, kindsSentBy, mayPublish, sourceOf, usualSource, webcam } from '../../rooms/index.js';
import type { Session } from './session.js';
import { hiddenUnlessSaid } from './shown.js';

export const dialectName = 'whip';

/** A client that has shown itself, and wants to come in. */
export interface Newcoming {
  readonly rooms: Rooms;
  /** Of the room, in `Rooms`. */
  readonly key: string;
  readonly bearer: Bearer;
  /** What it is called where nothing proves an identity. */
  readonly ownName: string;
  /** Undefined: the client names none. */
  readonly stream: string | undefined;
  readonly session: Session;
  readonly sdpOffer: string;
  /** Whether the client has gone meanwhile. */
  readonly hasGone: () => boolean;
}

export interface Negotiated {
  readonly sdpAnswer: string;
  /** To be called in the turn in which the client is answered. */
  readonly announce: () => void;
}

/**
 * Joins and publishes. What the client may not publish is known before anybody is told of it.
 * @throws RoomError; the participant may be in the room then
 */
export async function beginPublishing(wanted: Newcoming): Promise<Negotiated> {
  const { session, sdpOffer, stream = webcam } = wanted;
  const participant = await join(wanted, wanted.bearer, (newcomer) => {
    const source = usualSource(stream);
    if (!kindsSentBy(sdpOffer).every((kind) => mayPublish(newcomer.grants, sourceOf(source, kind)))) {
      throw new RoomError('not-allowed', 'You may not publish that in this room');
    }
    return { publisher: newcomer, stream };
  });
  return participant.publish(sdpOffer, { stream, ...session.publishing });
}

/**
 * Joins and receives.
 * @param named identity or id of the publisher
 * @throws RoomError; the participant may be in the room then
 */
export async function beginReceiving(wanted: Newcoming, named: string): Promise<Negotiated> {
  const { rooms, key, session, sdpOffer } = wanted;
  const find = (room: Pick<Participant['room'], 'findAny'> | undefined): { publisher: Participant; stream: string } => {
    const publisher = room?.findAny(named);
    const { stream: asked } = wanted;
    const publication = asked === undefined ? publisher?.publication : publisher?.publicationOf(asked);
    if (!publisher || !publication) throw new RoomError('not-publishing', 'Nobody of that name publishes that here');
    return { publisher, stream: publication.id };
  };
  // A room that is here is asked before an older session of the client is replaced.
  const present = rooms.find(key);
  if (present) find(present);
  const participant = await join(wanted, hiddenUnlessSaid(wanted.bearer), ({ room }) => find(room));
  const { publisher, stream } = find(participant.room);
  const sdpAnswer = await participant.subscribe(publisher, sdpOffer, { stream, ...session.listener });
  return { sdpAnswer, announce: () => undefined };
}

function join(
  { rooms, key, ownName, session, hasGone }: Newcoming,
  bearer: Bearer,
  subjectOf: (newcomer: Participant) => { readonly publisher: Participant; readonly stream: string },
): Promise<Participant> {
  const { identity = ownName } = bearer;
  const attributes = {
    ...{ displayName: bearer.name ?? identity, dialect: dialectName, hearsPrivateTexts: false },
    ...(session.facts.protocol === 'whip' && { isIngress: true }),
  };
  const newcomer = { id: identity, idIsName: false, attributes, bearer, session };
  return rooms.join(key, newcomer, (participant) => {
    if (hasGone()) return undefined;
    return session.enter({ participant, ...subjectOf(participant) });
  });
}
