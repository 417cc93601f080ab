import type { IceCandidate } from '../../media/port.js';
import { RoomError } from '../../rooms/index.js';
import type { Outbox, Participant, PublishOptions, RoomEvent, SubscribeOptions } from '../../rooms/index.js';
import { Refusal } from './errors.js';
import { Liveness } from './liveness.js';
import type { Fragment } from './fragment.js';
import { fingerprintsOf, restartFragment, restartOffer } from './ice-restart.js';
import { isCut } from './offer.js';
import type { OfferedIce } from './offer.js';
import type { WhipSettings } from './options.js';
import type { SessionRecord } from './session-record.js';
import { wholeAnswer } from './whole-answer.js';

/** More than any media server has. */
const mostCandidates = 64;

/** What stays the same as long as a session lasts. */
export type SessionFacts = Pick<SessionRecord, 'id' | 'protocol' | 'room'>;

/** Its ICE session, and what another one needs. */
export interface SessionIce extends OfferedIce, Pick<SessionRecord, 'etag' | 'sdpOffer' | 'fingerprints'> {}

export interface SessionOptions extends SessionFacts {
  readonly ice: SessionIce;
  readonly settings: WhipSettings;
  /** Called once, when it is over. */
  readonly over: (why: string) => void;
}

/** What a session is about: its participant, and the stream that it publishes or receives. */
export interface Subject {
  readonly participant: Participant;
  /** The participant itself in WHIP. Undefined in WHEP as long as it is not known: after a restart. */
  readonly publisher: Participant | undefined;
  readonly stream: string;
}

/** One stream of one client, with a participant of its own. It ends with the participant, and the participant with the stream. */
export class Session {
  readonly facts: SessionFacts;
  readonly #settings: WhipSettings;
  readonly #over: SessionOptions['over'];
  readonly #liveness: Liveness;
  /** Of the media server, for the answer that is being made. Undefined: there is none. */
  #candidates: IceCandidate[] | undefined = [];
  #ice: SessionIce;
  /** The restarts of ICE: one after another. */
  #restarted: Promise<unknown> = Promise.resolve();
  #subject: Subject | undefined;
  #hasAnswered = false;
  #isOver = false;
  #hasAll = false;
  #gathered: () => void = () => undefined;

  constructor({ settings, over, ice, ...facts }: SessionOptions) {
    this.facts = facts;
    this.#ice = ice;
    this.#settings = settings;
    this.#over = over;
    this.#liveness = new Liveness(settings, (why) => {
      this.end(why, 'lost');
    });
  }

  get isOver(): boolean {
    return this.#isOver || this.#subject?.participant.closed === true;
  }

  /** Undefined before it has come in. */
  get participant(): Participant | undefined {
    return this.#subject?.participant;
  }

  /** What candidates and restarts of the client are held against. */
  get ice(): SessionIce {
    return this.#ice;
  }

  /** Called when its participant comes in. */
  enter(subject: Subject): Outbox {
    this.#subject = subject;
    return (event) => {
      this.#hear(event);
    };
  }

  /** Undefined before it is answered. */
  get record(): SessionRecord | undefined {
    if (!this.#hasAnswered || !this.#subject || this.#isOver) return undefined;
    const { mids, ufrags, ...ice } = this.#ice;
    return { ...this.facts, ...ice, stream: this.#subject.stream, mids: [...mids], ufrags: [...ufrags] };
  }

  /** Goes on with what another process has begun. The rest is restored in the same turn. */
  goOn(participant: Participant, stream: string): Outbox {
    this.#hasAnswered = true;
    this.#candidates = undefined;
    this.#liveness.begun();
    this.#look();
    return this.enter({ participant, publisher: this.facts.protocol === 'whip' ? participant : undefined, stream });
  }

  /** For the endpoint of its stream. */
  get listener(): Required<Pick<SubscribeOptions, 'connectionChanged' | 'connectionFailed' | 'candidatesDone'>> {
    return {
      connectionChanged: (isConnected) => {
        this.#liveness.connectionChanged(isConnected);
        // A player has nothing to send.
        if (isConnected && this.facts.protocol === 'whep') this.#liveness.begun();
      },
      connectionFailed: () => {
        this.end('the connection is lost', 'lost');
      },
      candidatesDone: () => {
        this.#hasAll = true;
        this.#gathered();
      },
    };
  }

  /** The same for one that publishes. */
  get publishing(): Pick<PublishOptions, 'taken' | 'mediaChanged'> & Session['listener'] {
    return {
      ...this.listener,
      mediaChanged: (isFlowing) => {
        if (isFlowing) this.#liveness.begun();
      },
      taken: () => {
        this.#look();
      },
    };
  }

  /** The answer with all candidates that the media server finds in time. @throws Refusal 406 when it leaves out a part of the offer */
  async complete(sdpOffer: string, sdpAnswer: string): Promise<string> {
    if (isCut(sdpOffer, sdpAnswer)) throw new Refusal(406, 'A section of the offer cannot be served');
    this.#ice = { ...this.#ice, sdpOffer, fingerprints: fingerprintsOf(sdpAnswer) };
    return this.#withCandidates(sdpAnswer);
  }

  async #withCandidates(sdpAnswer: string): Promise<string> {
    if (!this.#hasAll) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, this.#settings.gatherMs);
        this.#gathered = () => {
          clearTimeout(timer);
          resolve();
        };
        if (this.isOver) this.#gathered();
      });
    }
    const candidates = this.#candidates ?? [];
    this.#candidates = undefined;
    return wholeAnswer(sdpAnswer, candidates, this.#hasAll);
  }

  /**
   * The client has another network. What was known of its addresses counts no more.
   * @param etag of the ICE session that begins
   * @returns the fragment that answers
   * @throws Refusal 400, 409, and 422 where the media server cannot do it: everything is as it was then; RoomError
   */
  restart(fragment: Fragment, etag: string): Promise<string> {
    const restarted = this.#restarted.then(() => this.#restart(fragment, etag));
    this.#restarted = restarted.catch(() => undefined);
    return restarted;
  }

  async #restart(fragment: Fragment, etag: string): Promise<string> {
    const { sdpOffer, fingerprints } = this.#ice;
    if (sdpOffer === undefined) throw cannotRestart();
    const offer = restartOffer(sdpOffer, fragment);
    if (!this.#subject?.publisher || this.isOver) throw new Refusal(409, 'The session was ended meanwhile');
    const { participant, publisher, stream } = this.#subject;
    if (!participant.room.abilities.iceRestart) throw cannotRestart();
    this.#candidates = [];
    this.#hasAll = false;
    try {
      const sdpAnswer = await participant.restart(publisher, offer, stream);
      // Another certificate could be told in a whole answer alone.
      if (fingerprintsOf(sdpAnswer) !== fingerprints) throw cannotRestart();
      const whole = await this.#withCandidates(sdpAnswer);
      if (this.#hasEnded()) throw new Refusal(409, 'The session was ended meanwhile');
      this.#ice = { ...this.#ice, etag, ufrags: fragment.ufrags };
      return restartFragment(whole);
    } catch (error) {
      throw error instanceof RoomError && error.code === 'offer-refused' ? cannotRestart(error) : error;
    } finally {
      this.#candidates = undefined;
    }
  }

  /** The client has its answer. */
  answered(): void {
    this.#hasAnswered = true;
    this.#liveness.answered();
    this.#look();
  }

  addCandidates(candidates: readonly IceCandidate[]): void {
    if (!this.#subject?.publisher || this.isOver) return;
    const { participant, publisher, stream } = this.#subject;
    for (const candidate of candidates) participant.addCandidate(publisher, candidate, stream);
  }

  /** Its participant leaves, and nothing remains. Does nothing the second time. */
  end(why: string, reason: 'left' | 'lost' = 'left'): void {
    if (this.#isOver) return;
    this.left(why);
    this.#subject?.participant.leave(reason);
  }

  /** The same where the participant is not in the room any more. */
  left(why: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#liveness.stop();
    this.#gathered();
    this.#over(why);
  }

  /** A method: it may change during any `await`, which the compiler does not see of a getter. */
  #hasEnded(): boolean {
    return this.isOver;
  }

  #hear(event: RoomEvent): void {
    const { publisher, stream } = this.#subject ?? {};
    switch (event.type) {
      case 'candidateFound':
        if (event.publisher !== publisher || event.stream !== stream || !this.#candidates) return;
        if (this.#candidates.length < mostCandidates) this.#candidates.push(event.candidate);
        return;
      case 'participantEvicted':
        this.left(event.reason === '' ? 'evicted' : event.reason);
        return;
      case 'roomClosed':
        this.left('the room has closed');
        return;
      case 'participantLeft':
        if (event.participant === publisher) this.#look();
        return;
      case 'publicationClosed':
        if (event.publisher === publisher) this.#look();
        return;
      case 'mediaFailed':
      case 'subscriptionLost':
      case 'grantsChanged':
        this.#look();
        return;
      default:
      // The rest has no words here.
    }
  }

  /** Whether there is still something to be there for. In a later turn: an outbox may not call back into the room. */
  #look(): void {
    setImmediate(() => {
      if (this.#hasAnswered && !this.#isOver && !this.#isInUse) this.end('the stream has ended');
    });
  }

  get #isInUse(): boolean {
    if (!this.#subject || this.#subject.participant.closed) return false;
    const { participant, publisher, stream } = this.#subject;
    if (publisher === participant) return participant.pendingPublications.length > 0;
    return publisher !== undefined && participant.subscriptionTo(publisher, stream) !== undefined;
  }
}

function cannotRestart(cause?: unknown): Refusal {
  return new Refusal(422, 'ICE cannot be restarted here: make a new session', {}, { cause });
}
