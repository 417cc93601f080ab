import type { RoomEvent } from '../../../rooms/events.js';
import type { Participant } from '../../../rooms/participant.js';
import type { Attendance, Attended } from '../agent.js';
import { Refusal } from '../errors.js';
import { Message } from '../message.js';
import { iceCandidate, kurentoRequest, mediaNews } from '../messages.js';
import type { KurentoRequest } from '../messages.js';
import { read } from '../read.js';
import { mediaOffer } from './kurento-agent.js';
import type { KurentoAgent } from './kurento-agent.js';
import { Stream } from './stream.js';

type Of<E extends KurentoRequest['event']> = Extract<KurentoRequest, { event: E }>;

/** A reception whose sender does not send yet. */
interface Waiting {
  readonly offerSdp: string;
  readonly impatience: NodeJS.Timeout;
}

/** The streams of one user: one she sends, and one of each sender she receives (COMPEIT §4). */
export class KurentoAttendance implements Attendance {
  readonly #user: Attended;
  readonly #agent: KurentoAgent;
  #sent: Stream | undefined;
  readonly #received = new Map<Participant, Stream>();
  readonly #waiting = new Map<Participant, Waiting>();
  /** Negotiations that are under way, those that nobody wants any more among them. */
  #negotiating = 0;
  #muted = false;

  constructor(user: Attended, agent: KurentoAgent) {
    this.#user = user;
    this.#agent = agent;
  }

  request(data: unknown): void {
    const request = read(kurentoRequest, data);
    switch (request.event) {
      case 'send_start':
        this.#startSending(request);
        return;
      case 'send_stop':
        this.#stopSending();
        this.#send('send_stopped', {});
        return;
      case 'receive_start':
        this.#startReceiving(request);
        return;
      case 'receive_stop':
        this.#stopReceiving(request);
        return;
      case 'on_ice_candidate':
        this.#takeCandidate(request);
        return;
    }
  }

  /** Mute and unmute are for the pages as well; here they cut the sound for everybody. */
  roomMessage(data: unknown): boolean {
    const news = mediaNews.safeParse(data).data;
    if (news && news.event !== 'mediaOffer') {
      this.#muted = news.event === 'mute';
      this.#applyMute();
    }
    return false;
  }

  /** Other dialects are told of publications by the room. */
  userMessage(to: Participant, data: unknown): boolean {
    return !this.#user.people.userOf(to) && mediaNews.safeParse(data).data?.event === 'mediaOffer';
  }

  /** Pages of this dialect offer their streams themselves to whoever comes. */
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
        if (!people.userOf(event.publisher)) this.#user.send(this.#agent.encode(event, people));
        // Not now: the room is in the middle of telling everybody.
        if (this.#waiting.has(event.publisher)) {
          queueMicrotask(() => {
            this.#admit(event.publisher);
          });
        }
        return;
      case 'publicationClosed':
        this.#senderStopped(event.publisher, event);
        return;
      case 'participantLeft':
        this.#senderStopped(event.participant, event);
        this.#giveUp(event.participant);
        return;
      case 'candidateFound':
        this.#streamOf(event.publisher)?.found(event.candidate);
        return;
      case 'mediaFailed':
        this.#user.refuse('media', new Refusal('media_error', event.failure.message), 'kurento');
        // When it is the whole media server, the publication ends right after this was told.
        queueMicrotask(() => {
          this.#noticeLoss();
        });
        return;
      case 'participantJoined':
      case 'participantEvicted':
      case 'textSaid':
      case 'roomFilterChanged':
      case 'roomClosed':
        return;
      default:
        event satisfies never;
    }
  }

  stop(): void {
    for (const { impatience } of this.#waiting.values()) clearTimeout(impatience);
    this.#waiting.clear();
    const { membership } = this.#user;
    for (const [publisher, stream] of this.#received) {
      stream.end();
      if (membership?.closed === false) membership.unsubscribe(publisher);
    }
    this.#received.clear();
    this.#stopSending();
    this.#muted = false;
  }

  #startSending({ event, offerSdp }: Of<'send_start'>): void {
    const { participant } = this.#user;
    this.#assertPlace();
    this.#stopSending();
    const stream = this.#stream(undefined, () => undefined);
    this.#sent = stream;
    const { connectionChanged } = stream;
    this.#negotiate(
      participant.publish(offerSdp, { connectionChanged }),
      () => this.#sent === stream,
      (answer) => {
        this.#send('send_started', { sdp_answer: answer });
        stream.answer();
        if (this.#muted) this.#applyMute();
      },
      (error) => {
        stream.end();
        this.#sent = undefined;
        this.#user.refuse(event, error, 'kurento');
      },
    );
  }

  #stopSending(): void {
    this.#sent?.end();
    this.#sent = undefined;
    const { membership } = this.#user;
    if (membership?.closed === false && membership.ownPublication) membership.unpublish();
  }

  #startReceiving({ event, offerSdp, sender }: Of<'receive_start'>): void {
    const { participant, people } = this.#user;
    const publisher = people.find(sender, participant.room);
    try {
      if (!publisher) throw new Refusal('no_such_user', `user ${sender} is not in the room`);
      if (publisher === participant) throw new Refusal('bad_request', 'nobody receives herself');
      this.#forgetReception(publisher);
      if (publisher.publication) this.#receive(publisher, offerSdp);
      else this.#await(publisher, offerSdp);
    } catch (error) {
      this.#user.refuse(event, error, 'kurento', sender);
    }
  }

  /** Pages announce their stream before it is sent: who comes early waits (COMPEIT §4.3). */
  #await(publisher: Participant, offerSdp: string): void {
    if (this.#waiting.size >= this.#agent.settings.maxNegotiations) {
      throw new Refusal('not_sending', 'too many senders are waited for');
    }
    const impatience = setTimeout(() => {
      this.#giveUp(publisher);
    }, this.#agent.settings.earlyReceiveMs).unref();
    this.#waiting.set(publisher, { offerSdp, impatience });
  }

  #admit(publisher: Participant): void {
    const waiting = this.#waiting.get(publisher);
    if (!waiting || !publisher.publication || !this.#user.membership) return;
    clearTimeout(waiting.impatience);
    this.#waiting.delete(publisher);
    try {
      this.#receive(publisher, waiting.offerSdp);
    } catch (error) {
      this.#user.refuse('receive_start', error, 'kurento', this.#user.people.idOf(publisher));
    }
  }

  #giveUp(publisher: Participant): void {
    const waiting = this.#waiting.get(publisher);
    if (!waiting) return;
    clearTimeout(waiting.impatience);
    this.#waiting.delete(publisher);
    const sender = this.#user.people.idOf(publisher);
    const refusal = new Refusal('not_sending', `user ${sender} is not sending`);
    this.#user.refuse('receive_start', refusal, 'kurento', sender);
  }

  #receive(publisher: Participant, offerSdp: string): void {
    this.#assertPlace();
    const { participant, people } = this.#user;
    const sender = people.idOf(publisher);
    const stream = this.#stream(sender, () => {
      this.#forgetReception(publisher);
    });
    this.#received.set(publisher, stream);
    const { connectionChanged } = stream;
    this.#negotiate(
      participant.subscribe(publisher, offerSdp, { connectionChanged }),
      () => this.#received.get(publisher) === stream,
      (answer) => {
        this.#send('receive_started', { sdp_answer: answer, sender });
        stream.answer();
      },
      (error) => {
        stream.end();
        this.#received.delete(publisher);
        this.#user.refuse('receive_start', error, 'kurento', sender);
      },
    );
  }

  /** The client of old does not say whose; then it is all (COMPEIT §4.1). */
  #stopReceiving({ event, sender }: Of<'receive_stop'>): void {
    const { people } = this.#user;
    const all = new Set([...this.#received.keys(), ...this.#waiting.keys()]);
    const chosen = [...all].filter(
      (publisher) => sender === undefined || sender === null || people.idOf(publisher) === sender,
    );
    if (chosen.length === 0) {
      const refusal = new Refusal('not_receiving', 'nothing of that kind is received');
      this.#user.refuse(event, refusal, 'kurento', sender ?? undefined);
    }
    for (const publisher of chosen) {
      this.#forgetReception(publisher);
      this.#send('receive_stopped', { sender: people.idOf(publisher) });
    }
  }

  #forgetReception(publisher: Participant): void {
    clearTimeout(this.#waiting.get(publisher)?.impatience);
    this.#waiting.delete(publisher);
    const stream = this.#received.get(publisher);
    if (!stream) return;
    stream.end();
    this.#received.delete(publisher);
    this.#user.membership?.unsubscribe(publisher);
  }

  /** What nobody wants is dropped; what comes before its stream the room keeps (COMPEIT §4.3). */
  #takeCandidate({ candidate: given, sender }: Of<'on_ice_candidate'>): void {
    const { membership, people } = this.#user;
    const candidate = iceCandidate.safeParse(given).data;
    if (!candidate || !membership) return;
    const ofSender = sender !== undefined && sender !== null;
    const publisher = ofSender ? people.find(sender, membership.room) : membership;
    if (publisher) membership.addCandidate(publisher, candidate);
  }

  /** @param ended what ends with it, once it was lost */
  #stream(sender: number | undefined, ended: () => void): Stream {
    const whose = sender === undefined ? {} : { sender };
    return new Stream(this.#agent.settings.mediaLostAfterMs, {
      candidate: ({ candidate, sdpMid, sdpMLineIndex }) => {
        this.#send('on_ice_candidate', { candidate: { candidate, sdpMid, sdpMLineIndex }, ...whose });
      },
      started: () => {
        this.#send('media_session_started', whose);
      },
      lost: () => {
        ended();
        this.#send('media_session_terminated', whose);
      },
    });
  }

  #streamOf(publisher: Participant): Stream | undefined {
    return publisher === this.#user.membership ? this.#sent : this.#received.get(publisher);
  }

  /** @param isWanted whether nothing has come in its place, or ended it: then there is nothing to be said any more */
  #negotiate(
    answer: Promise<string>,
    isWanted: () => boolean,
    answered: (sdpAnswer: string) => void,
    failed: (error: unknown) => void,
  ): void {
    this.#negotiating += 1;
    const settle = (tell: () => void): void => {
      this.#negotiating -= 1;
      if (isWanted()) tell();
    };
    answer.then(
      (sdpAnswer) => {
        settle(() => {
          answered(sdpAnswer);
        });
      },
      (error: unknown) => {
        settle(() => {
          failed(error);
        });
      },
    );
  }

  /** @throws Refusal `media_error` */
  #assertPlace(): void {
    if (this.#negotiating < this.#agent.settings.maxNegotiations) return;
    throw new Refusal('media_error', 'too many negotiations are under way');
  }

  /** One that is still being negotiated is told by its failure. */
  #senderStopped(publisher: Participant, event: Parameters<KurentoAgent['encode']>[0]): void {
    const stream = this.#received.get(publisher);
    if (!stream?.answered) return;
    stream.end();
    this.#received.delete(publisher);
    this.#user.send(this.#agent.encode(event, this.#user.people));
  }

  #noticeLoss(): void {
    if (!this.#sent?.answered || this.#user.membership?.ownPublication) return;
    this.#sent.end();
    this.#sent = undefined;
    this.#send('media_session_terminated', {});
  }

  #applyMute(): void {
    const { membership } = this.#user;
    if (!membership?.publication) return;
    const applied = this.#muted ? membership.mutePublication('audio') : membership.unmutePublication();
    applied.catch((error: unknown) => {
      this.#user.refuse('mute', error, 'kurento');
    });
  }

  #send(event: string, data: object): void {
    this.#user.send(new Message('server_message', { type: 'kurento', event, data }));
  }
}
