import type * as protocol from '@livekit/protocol';
import { listedRoomOf } from '../rest/listed-room.js';
import { Messages } from '../rest/twirp/messages.js';
import type { Recording } from './recording.js';
import type { ParticipantEnd } from './server-event.js';
import { webhookNames } from './webhook-names.js';
import type { WebhookEvent } from './webhook-names.js';

type Protocol = typeof protocol;

/** Writes events as LiveKit writes its webhooks: a `WebhookEvent` in proto3 JSON. Members that LiveKit does not have are ours. */
export class WebhookBodies {
  readonly #protocol: Protocol;
  readonly #messages: Messages;

  constructor(loaded: Protocol) {
    this.#protocol = loaded;
    this.#messages = new Messages(loaded);
  }

  /** Of what is true now. */
  bodyOf(event: WebhookEvent): string {
    const message = new this.#protocol.WebhookEvent({
      event: webhookNames[event.type],
      id: event.id,
      createdAt: BigInt(Math.floor(event.at / 1_000)),
      ...('room' in event && { room: this.#messages.room(listedRoomOf(event.room)) }),
      ...('participant' in event && { participant: this.#participant(event) }),
      ...('publication' in event && { track: this.#messages.track(event.publication, event.kind) }),
      ...('recording' in event && { egressInfo: this.#egress(event.recording, event.at) }),
    });
    return JSON.stringify({ ...(message.toJson() as object), ...oursOf(event) });
  }

  #participant(event: Extract<WebhookEvent, { participant: unknown }>) {
    const { DisconnectReason } = this.#protocol;
    const reasons: Readonly<Record<ParticipantEnd, protocol.DisconnectReason>> = {
      left: DisconnectReason.CLIENT_INITIATED,
      lost: DisconnectReason.CONNECTION_TIMEOUT,
      evicted: DisconnectReason.PARTICIPANT_REMOVED,
      replaced: DisconnectReason.DUPLICATE_IDENTITY,
      'room-closed': DisconnectReason.ROOM_DELETED,
      stopped: DisconnectReason.SERVER_SHUTDOWN,
    };
    const ended = event.type === 'participantLeft' ? reasons[event.reason] : undefined;
    return this.#messages.participant(event.participant, ended);
  }

  /** A recording as LiveKit has what goes out of a room. @param at when that was so, in ms since 1970 */
  #egress(recording: Recording, at: number) {
    const { id, roomName, roomSid, state, startedAt, endedAt, files, error = '' } = recording;
    const { EgressInfo, EgressStatus } = this.#protocol;
    const statuses: Readonly<Record<Recording['state'], protocol.EgressStatus>> = {
      starting: EgressStatus.EGRESS_STARTING,
      recording: EgressStatus.EGRESS_ACTIVE,
      paused: EgressStatus.EGRESS_ACTIVE,
      stopping: EgressStatus.EGRESS_ENDING,
      ready: EgressStatus.EGRESS_COMPLETE,
      failed: EgressStatus.EGRESS_FAILED,
    };
    return new EgressInfo({
      egressId: id,
      roomId: roomSid,
      roomName,
      status: statuses[state],
      startedAt: nanosecondsOf(startedAt),
      endedAt: nanosecondsOf(endedAt),
      updatedAt: nanosecondsOf(at),
      // Below the recordings' directory of the server, and below /api/v1/recordings.
      fileResults: files.map(({ file, bytes, durationMs }) => ({
        filename: `${id}/${file}`,
        size: BigInt(bytes),
        duration: nanosecondsOf(durationMs),
        location: `/api/v1/recordings/${id}/files/${file}`,
      })),
      error,
    });
  }
}

/** What LiveKit's messages have no place for. */
function oursOf(event: WebhookEvent): object {
  switch (event.type) {
    case 'participantWaiting': {
      const { id, name, door, since } = event.waiting;
      return { waiting: { id, name, door, since: new Date(since).toISOString() } };
    }
    case 'participantEvicted':
      return { reason: event.reason };
    case 'mediaServerDown':
    case 'mediaServerUp':
      return { mediaServer: { url: event.url } };
    default:
      return {};
  }
}

/** @param ms undefined: not yet, which is 0 there */
function nanosecondsOf(ms: number | undefined): bigint {
  return BigInt(Math.round(ms ?? 0)) * 1_000_000n;
}
