import type { PartialMessage } from '@bufbuild/protobuf';
import type * as protocol from '@livekit/protocol';
import { sourceOf, sources } from '../../rooms/index.js';
import type { GrantChanges, Grants, Participant, Publication, TrackSource } from '../../rooms/index.js';
import type { ListedRoom } from '../listed-room.js';

type Protocol = typeof protocol;
/** Of a publication there is a track for each. */
export type TrackKind = Publication['kinds'][number];

/** Rooms and those in them in the messages of LiveKit. */
export class Messages {
  readonly #protocol: Protocol;

  constructor(loaded: Protocol) {
    this.#protocol = loaded;
  }

  room(room: ListedRoom): PartialMessage<protocol.Room> {
    const { name, sid, createdAt, participants, publishers } = room;
    const { emptyTimeoutS, departureTimeoutS, maxParticipants, metadata } = room;
    return {
      sid,
      name,
      emptyTimeout: emptyTimeoutS,
      departureTimeout: departureTimeoutS,
      maxParticipants,
      metadata,
      creationTime: secondsOf(createdAt),
      creationTimeMs: BigInt(createdAt),
      numParticipants: participants,
      numPublishers: publishers,
    };
  }

  /** @param ended why it is not in the room any more; undefined while it is */
  participant(participant: Participant, ended?: protocol.DisconnectReason): PartialMessage<protocol.ParticipantInfo> {
    const { ParticipantInfo_State: State, ParticipantInfo_Kind: Kind } = this.#protocol;
    const { sid, identity, profile, joinedAt, grants, publications, attributes } = participant;
    return {
      sid,
      identity,
      name: profile.name,
      metadata: profile.metadata,
      attributes: { ...profile.tags },
      state: ended === undefined ? State.ACTIVE : State.DISCONNECTED,
      ...(ended !== undefined && { disconnectReason: ended }),
      joinedAt: secondsOf(joinedAt),
      joinedAtMs: BigInt(joinedAt),
      permission: this.#permission(grants),
      isPublisher: publications.length > 0,
      ...(attributes.isIngress && { kind: Kind.INGRESS }),
      tracks: publications.flatMap((each) => each.kinds.map((kind) => this.track(each, kind))),
    };
  }

  track(publication: Publication, kind: TrackKind): PartialMessage<protocol.TrackInfo> {
    const { TrackType } = this.#protocol;
    return {
      sid: publication.sidOf(kind),
      type: kind === 'audio' ? TrackType.AUDIO : TrackType.VIDEO,
      source: this.#sourceOf(sourceOf(publication.source, kind)),
      muted: publication.silent.includes(kind),
      stream: publication.id,
    };
  }

  /** What an absent grant means in a permission: false. */
  grants(permission: protocol.ParticipantPermission): GrantChanges {
    const { canSubscribe, canPublish, canPublishData, canPublishSources, canUpdateMetadata } = permission;
    const known = sources.filter((source) => canPublishSources.includes(this.#sourceOf(source)));
    // An empty list allows all, and one of nothing but sources that we do not know allows none.
    const isNone = canPublishSources.length > 0 && known.length === 0;
    return {
      canSubscribe,
      canPublish: canPublish && !isNone,
      canPublishData,
      canPublishSources: known,
      canUpdateOwnMetadata: canUpdateMetadata,
    };
  }

  #permission(grants: Grants): PartialMessage<protocol.ParticipantPermission> {
    const { canSubscribe, canPublish, canPublishData, canUpdateOwnMetadata, hidden } = grants;
    const canPublishSources = grants.canPublishSources.map((source) => this.#sourceOf(source));
    return {
      canSubscribe,
      canPublish,
      canPublishData,
      canPublishSources,
      canUpdateMetadata: canUpdateOwnMetadata,
      hidden,
    };
  }

  #sourceOf(source: TrackSource): protocol.TrackSource {
    const { TrackSource: Wire } = this.#protocol;
    const wire: Readonly<Record<TrackSource, protocol.TrackSource>> = {
      camera: Wire.CAMERA,
      microphone: Wire.MICROPHONE,
      screen_share: Wire.SCREEN_SHARE,
      screen_share_audio: Wire.SCREEN_SHARE_AUDIO,
      unknown: Wire.UNKNOWN,
    };
    return wire[source];
  }
}

/** @param ms since 1970 */
function secondsOf(ms: number): bigint {
  return BigInt(Math.floor(ms / 1_000));
}
