import type { Participant, RoomEvent } from '../../../rooms/index.js';
import type { Attendance, Attended } from '../agent.js';
import { Refusal } from '../errors.js';
import type { Message } from '../message.js';
import { iceCandidate, kurentoRequest, mediaNews } from '../messages.js';
import type { KurentoRequest } from '../messages.js';
import { read } from '../read.js';
import { mediaOffer } from './kurento-agent.js';
import type { KurentoAgent } from './kurento-agent.js';
import { MediaTalk } from './media-talk.js';
import { Receptions } from './receptions.js';
import { Sending } from './sending.js';
import type { Stream } from './stream.js';

/** The streams of one user. Requests and events of the room change them (docs/protocols/compeit.md#4-kurento-agent). */
export class KurentoAttendance implements Attendance {
  readonly #user: Attended;
  readonly #agent: KurentoAgent;
  readonly #talk: MediaTalk;
  readonly #sending: Sending;
  readonly #receptions: Receptions;

  constructor(user: Attended, agent: KurentoAgent) {
    this.#user = user;
    this.#agent = agent;
    this.#talk = new MediaTalk(user, agent.settings);
    this.#sending = new Sending(this.#talk);
    this.#receptions = new Receptions(this.#talk);
  }

  request(data: unknown): void {
    const request = read(kurentoRequest, data);
    try {
      this.#dispatch(request);
    } catch (error) {
      this.#talk.refuse(request.event, error, 'sender' in request ? (request.sender ?? undefined) : undefined);
    }
  }

  /** Mute and unmute also go to the pages. The server mutes the publication, so that nobody hears it. */
  roomMessage(data: unknown): boolean {
    const news = mediaNews.safeParse(data).data;
    if (news && news.event !== 'mediaOffer') this.#sending.mute(news.event === 'mute');
    return false;
  }

  /** An outsider gets no mediaOffer, because the room tells it of publications. */
  userMessage(to: Participant, data: unknown): boolean {
    return !this.#user.people.userOf(to) && mediaNews.safeParse(data).data?.event === 'mediaOffer';
  }

  newsOf(data: unknown): unknown {
    return mediaNews.safeParse(data).data;
  }

  /** Offers the streams of outsiders. Pages of this dialect offer theirs to a newcomer themselves. */
  joined(): void {
    const { people, participant } = this.#user;
    for (const other of participant.room.participants) {
      if (other.publication && !people.userOf(other)) this.#user.send(mediaOffer(people.idOf(other)));
    }
  }

  told(event: RoomEvent): void {
    const { people } = this.#user;
    switch (event.type) {
      case 'publicationOpened':
        if (event.isShown) this.#offered(event.publisher, this.#agent.encoderOf(people)(event));
        return;
      case 'publicationClosed':
        if (!event.wasShown) return;
        if (this.#receptions.senderStopped(event.publisher)) this.#user.send(this.#agent.encoderOf(people)(event));
        if (event.shownNow) this.#offered(event.publisher, mediaOffer(people.idOf(event.publisher)));
        return;
      case 'participantLeft':
        if (this.#receptions.senderStopped(event.participant)) this.#user.send(this.#agent.encoderOf(people)(event));
        this.#receptions.giveUp(event.participant);
        return;
      case 'grantsChanged':
        // In a later microtask, because an outbox must not call back into the room.
        if (!event.grants.canSubscribe) {
          queueMicrotask(() => {
            this.#receptions.takeAll();
          });
        }
        return;
      case 'candidateFound':
        this.#streamOf(event.publisher)?.found(event.candidate);
        return;
      case 'subscriptionLost':
        if (this.#receptions.senderStopped(event.publisher)) {
          this.#talk.say('media_session_terminated', { sender: people.idOf(event.publisher) });
        }
        return;
      case 'mediaFailed':
        this.#talk.refuse('media', new Refusal('media_error', event.failure.message));
        // If the whole media server is lost, the publication ends directly after this event.
        queueMicrotask(() => {
          this.#sending.mediaLost();
        });
        return;
      default:
    }
  }

  stop(): void {
    this.#receptions.end();
    this.#sending.end();
  }

  /** A stream can be received. Pages of this dialect say themselves that they send. */
  #offered(publisher: Participant, offer: Message): void {
    if (!this.#user.people.userOf(publisher)) this.#user.send(offer);
    // In a later microtask, because an outbox must not call back into the room.
    if (this.#receptions.isWaitingFor(publisher)) {
      queueMicrotask(() => {
        this.#receptions.admit(publisher);
      });
    }
  }

  #dispatch(request: KurentoRequest): void {
    switch (request.event) {
      case 'send_start':
        this.#sending.start(request.offerSdp);
        return;
      case 'send_stop':
        this.#sending.stop();
        this.#talk.say('send_stopped', {});
        return;
      case 'receive_start':
        this.#receptions.start(request.sender, request.offerSdp);
        return;
      case 'receive_stop':
        this.#receptions.stop(request.sender ?? undefined);
        return;
      case 'on_ice_candidate':
        this.#takeCandidate(request.candidate, request.sender ?? undefined);
        return;
    }
  }

  /**
   * Drops a candidate without receiver. The room keeps candidates that come before their stream
   * (docs/protocols/compeit.md#43-rules-of-the-server).
   */
  #takeCandidate(given: unknown, sender: number | undefined): void {
    const { membership, people } = this.#user;
    const candidate = iceCandidate.safeParse(given).data;
    if (!candidate || !membership) return;
    const publisher = sender === undefined ? membership : people.find(sender, membership.room);
    if (publisher) membership.addCandidate(publisher, candidate);
  }

  #streamOf(publisher: Participant): Stream | undefined {
    return publisher === this.#user.membership ? this.#sending.stream : this.#receptions.of(publisher);
  }
}
