import type { Participant } from '../../../rooms/index.js';
import { Patience } from '../../../transport/gate/patience.js';
import { keepPayer } from '../../../transport/gate/account.js';
import { Refusal } from '../errors.js';
import type { MediaTalk } from './media-talk.js';
import type { Stream } from './stream.js';

/** A reception that waits for its sender to begin. */
interface Waiting {
  readonly offerSdp: string;
  readonly patience: Patience;
  /** Begins it, at the cost of the user that asked for it. */
  readonly goOn: ReturnType<typeof keepPayer>;
}

/** What one user receives: for each sender a stream, or a wait for it (docs/protocols/compeit.md#4-kurento-agent). */
export class Receptions {
  readonly #talk: MediaTalk;
  readonly #streams = new Map<Participant, Stream>();
  readonly #waiting = new Map<Participant, Waiting>();

  constructor(talk: MediaTalk) {
    this.#talk = talk;
  }

  of(publisher: Participant): Stream | undefined {
    return this.#streams.get(publisher);
  }

  /** A second reception from the same sender replaces the first. @throws Refusal */
  start(sender: number, offerSdp: string): void {
    const { participant, people } = this.#talk.user;
    const publisher = people.find(sender, participant.room);
    if (!publisher) throw new Refusal('no_such_user', `user ${sender} is not in the room`);
    if (publisher === participant) throw new Refusal('bad_request', 'you cannot receive your own stream');
    if (publisher.publication) this.#receive(publisher, offerSdp);
    else this.#await(publisher, offerSdp);
  }

  /**
   * The old client names no sender; then all receptions stop (docs/protocols/compeit.md#41-client-to-server).
   * @throws Refusal `not_receiving`
   */
  stop(sender: number | undefined): void {
    const { people } = this.#talk.user;
    const all = new Set([...this.#streams.keys(), ...this.#waiting.keys()]);
    const chosen = [...all].filter((publisher) => sender === undefined || people.idOf(publisher) === sender);
    if (chosen.length === 0)
      throw new Refusal(
        'not_receiving',
        sender === undefined ? 'you receive nobody' : `you do not receive user ${sender}`,
      );
    for (const publisher of chosen) {
      this.#forget(publisher);
      this.#talk.say('receive_stopped', { sender: people.idOf(publisher) });
    }
  }

  /** Called when the user may not receive any more. */
  takeAll(): void {
    if (this.#streams.size + this.#waiting.size > 0) this.stop(undefined);
  }

  /** Called when a sender has begun. Starts the reception that waits for it. */
  admit(publisher: Participant): void {
    const waiting = this.#waiting.get(publisher);
    if (!waiting || !publisher.publication || !this.#talk.user.membership) return;
    this.#stopWaiting(publisher);
    try {
      waiting.goOn(() => {
        this.#receive(publisher, waiting.offerSdp);
      });
    } catch (error) {
      this.#talk.refuse('receive_start', error, this.#talk.user.people.idOf(publisher));
    }
  }

  isWaitingFor(publisher: Participant): boolean {
    return this.#waiting.has(publisher);
  }

  /** Refuses a waiting reception, because the sender did not begin in time or has left. */
  giveUp(publisher: Participant): void {
    if (!this.#stopWaiting(publisher)) return;
    const sender = this.#talk.user.people.idOf(publisher);
    this.#talk.refuse('receive_start', new Refusal('not_sending', `user ${sender} is not sending`), sender);
  }

  /** @returns whether the user must be told. If the reception is still being negotiated, its failure tells the user */
  senderStopped(publisher: Participant): boolean {
    const stream = this.#streams.get(publisher);
    if (!stream?.answered) return false;
    stream.end();
    this.#streams.delete(publisher);
    return true;
  }

  /** Ends all receptions without a message to the page. */
  end(): void {
    for (const publisher of [...this.#waiting.keys()]) this.#stopWaiting(publisher);
    const { membership } = this.#talk.user;
    for (const [publisher, stream] of this.#streams) {
      stream.end();
      if (membership?.closed === false) membership.unsubscribe(publisher);
    }
    this.#streams.clear();
  }

  /**
   * Pages announce a stream before they send it, so a reception may have to wait
   * (docs/protocols/compeit.md#43-rules-of-the-server).
   */
  #await(publisher: Participant, offerSdp: string): void {
    this.#forget(publisher);
    const { maxNegotiations, earlyReceiveMs } = this.#talk.settings;
    if (this.#waiting.size >= maxNegotiations) {
      throw new Refusal('not_sending', 'you wait for too many users already, who do not send yet');
    }
    // A sender that began while the server was stopped did so in time.
    const patience = new Patience(earlyReceiveMs, () => {
      this.giveUp(publisher);
    });
    this.#waiting.set(publisher, { offerSdp, patience, goOn: keepPayer() });
  }

  #receive(publisher: Participant, offerSdp: string): void {
    // Checked before anything ends, so that a user that is refused keeps the former reception.
    this.#talk.assertPlace();
    this.#forget(publisher);
    const { participant, people } = this.#talk.user;
    const sender = people.idOf(publisher);
    const stream = this.#talk.stream(sender, () => {
      this.#forget(publisher);
    });
    this.#streams.set(publisher, stream);
    const { connectionChanged } = stream;
    const connectionFailed = this.#talk.connectionFailed(sender);
    this.#talk.negotiate(
      participant.subscribe(publisher, offerSdp, { connectionChanged, connectionFailed }),
      () => this.#streams.get(publisher) === stream,
      (answer) => {
        this.#talk.say('receive_started', { sdp_answer: answer, sender });
        stream.answer();
      },
      (error) => {
        stream.end();
        this.#streams.delete(publisher);
        this.#talk.refuse('receive_start', error, sender);
      },
    );
  }

  #forget(publisher: Participant): void {
    this.#stopWaiting(publisher);
    const stream = this.#streams.get(publisher);
    if (!stream) return;
    stream.end();
    this.#streams.delete(publisher);
    this.#talk.user.membership?.unsubscribe(publisher);
  }

  /** @returns whether a reception waited for the publisher */
  #stopWaiting(publisher: Participant): boolean {
    this.#waiting.get(publisher)?.patience.stop();
    return this.#waiting.delete(publisher);
  }
}
