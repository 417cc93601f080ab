import type { RoomEvent } from '../../../rooms/index.js';
import { lastOf } from '../../../transport/last-of.js';
import type { Agent, Attendance, Attended } from '../agent.js';
import { Message } from '../message.js';
import type { CompeitSettings } from '../options.js';
import type { People } from '../people.js';
import { KurentoAttendance } from './kurento-attendance.js';

/**
 * How long a client may wait or be disconnected, and how many streams it may negotiate
 * (docs/protocols/compeit.md#4-kurento-agent).
 */
export type KurentoAgentSettings = Pick<
  CompeitSettings,
  'earlyReceiveMs' | 'streamLostAfterMs' | 'maxNegotiations' | 'senderStoppedData'
>;

type PublicationEvent = Extract<RoomEvent, { type: 'publicationOpened' | 'publicationClosed' | 'participantLeft' }>;

/** Audio and video through the media server (docs/protocols/compeit.md#4-kurento-agent). */
export class KurentoAgent implements Agent {
  readonly type = 'kurento';
  readonly settings: KurentoAgentSettings;
  /** Encodes an event once for all users that are told it. `people` is the same for all. */
  readonly encoderOf = lastOf((people: People) => lastOf((event: PublicationEvent) => this.#messageOf(event, people)));

  constructor(settings: KurentoAgentSettings) {
    this.settings = settings;
  }

  attend(user: Attended): Attendance {
    return new KurentoAttendance(user, this);
  }

  /** Without `data`, because old pages would otherwise end their own stream on this event. */
  senderStopped(sender: number): Message {
    const data = this.settings.senderStoppedData ? { data: { sender } } : {};
    return new Message('server_message', { type: 'kurento', event: 'sender_stopped', sender, ...data });
  }

  #messageOf(event: PublicationEvent, people: People): Message {
    return event.type === 'publicationOpened'
      ? mediaOffer(people.idOf(event.publisher))
      : this.senderStopped(people.idOf(event.type === 'participantLeft' ? event.participant : event.publisher));
  }
}

/** The message in the name of an outsider, whose protocol does not have it. */
export function mediaOffer(from: number): Message {
  return new Message('user_message', { type: 'kurento', data: { event: 'mediaOffer' }, from });
}
