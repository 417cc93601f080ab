import type { RoomEvent } from '../../../rooms/events.js';
import { lastOf } from '../../../transport/last-of.js';
import type { Agent, Attendance, Attended } from '../agent.js';
import { Message } from '../message.js';
import type { People } from '../people.js';
import { KurentoAttendance } from './kurento-attendance.js';

export interface KurentoAgentSettings {
  /** How long somebody may be asked for who does not send yet, in ms. */
  readonly earlyReceiveMs: number;
  /** How long the connection of a stream may be down before it is given up, in ms. */
  readonly mediaLostAfterMs: number;
  /** Negotiations of one user that may be under way, and receptions that may wait for their sender; one more is refused. */
  readonly maxNegotiations: number;
  /** Whether `sender_stopped` says who in `data` as well, which makes pages of old end their own stream (COMPEIT §4.4). */
  readonly senderStoppedData: boolean;
}

type PublicationEvent = Extract<RoomEvent, { type: 'publicationOpened' | 'publicationClosed' | 'participantLeft' }>;

/** Audio and video through the media server (COMPEIT §4). */
export class KurentoAgent implements Agent {
  readonly type = 'kurento';
  readonly settings: KurentoAgentSettings;
  /** Makes what is told of an event, once for all who are told it one after the other. `people` is the same for all. */
  readonly encoderOf = lastOf((people: People) => lastOf((event: PublicationEvent) => this.#messageOf(event, people)));

  constructor(settings: KurentoAgentSettings) {
    this.settings = settings;
  }

  attend(user: Attended): Attendance {
    return new KurentoAttendance(user, this);
  }

  /** Without `data` pages of old do not know which event it is, and that is well: they would end a stream of their own. */
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

/** In the name of somebody whose protocol has no such message. */
export function mediaOffer(from: number): Message {
  return new Message('user_message', { type: 'kurento', data: { event: 'mediaOffer' }, from });
}
