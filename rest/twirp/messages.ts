import type { PartialMessage } from '@bufbuild/protobuf';
import type * as protocol from '@livekit/protocol';
import { sourceOf, sources } from '../../rooms/index.js';
import type { GrantChanges, Grants, Participant, Publication, Room, Source } from '../../rooms/index.js';

type Protocol = typeof protocol;
/** Of a publication there is a track for each. */
export type TrackKind = Publication['kinds'][number];

/** Rooms and those in them in the messages of LiveKit. */
export class Messages {
  readonly #protocol: Protocol;

  constructor(loaded: Protocol) {
    this.#protocol = loaded;
  }

  room(room: Room): PartialMessage<protocol.Room> {
    const { name, sid, createdAt, settings, size, participants } = room;
    const { emptyTimeoutS, departureTimeoutS, maxParticipants, metadata } = settings;
    return {
      sid,
      name,
      emptyTimeout: emptyTimeoutS,
      departureTimeout: departureTimeoutS,
      maxParticipants,
      metadata,
      creationTime: secondsOf(createdAt),
      creationTimeMs: BigInt(createdAt),
      numParticipants: size,
      numPublishers: [...participants].filter(({ publication }) => publication !== undefined).length,
    };
  }

  participant(participant: Participant): PartialMessage<protocol.ParticipantInfo> {
    const { sid, identity, profile, joinedAt, grants, publication } = participant;
    return {
      sid,
      identity,
      name: profile.name,
      metadata: profile.metadata,
      attributes: { ...profile.tags },
      state: this.#protocol.ParticipantInfo_State.ACTIVE,
      joinedAt: secondsOf(joinedAt),
      joinedAtMs: BigInt(joinedAt),
      permission: this.#permission(grants),
      isPublisher: publication !== undefined,
      tracks: publication ? publication.kinds.map((kind) => this.track(publication, kind)) : [],
    };
  }

  track(publication: Publication, kind: TrackKind): PartialMessage<protocol.TrackInfo> {
    const { TrackType } = this.#protocol;
    return {
      sid: publication.sidOf(kind),
      type: kind === 'audio' ? TrackType.AUDIO : TrackType.VIDEO,
      source: this.#sourceOf(sourceOf(publication.stream, kind)),
      muted: isMuted(publication, kind),
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

  #sourceOf(source: Source): protocol.TrackSource {
    const { TrackSource } = this.#protocol;
    const named = { camera: 'CAMERA', microphone: 'MICROPHONE', screen_share: 'SCREEN_SHARE' } as const;
    return source === 'screen_share_audio' ? TrackSource.SCREEN_SHARE_AUDIO : TrackSource[named[source]];
  }
}

/** By the participant, by a moderator, or at the publication. */
function isMuted({ publisher, stream, muted }: Publication, kind: TrackKind): boolean {
  const { audio, video, screen } = publisher.state;
  const sends = kind === 'audio' ? audio : stream === 'screen' ? screen : video;
  return !sends || muted.includes(kind);
}

/** @param ms since 1970 */
function secondsOf(ms: number): bigint {
  return BigInt(Math.floor(ms / 1_000));
}
