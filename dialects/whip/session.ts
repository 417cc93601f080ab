import type { IceCandidate } from '../../media/port.js';
import type { Outbox, Participant, PublishOptions, RoomEvent, SubscribeOptions } from '../../rooms/index.js';
import { Refusal } from './errors.js';
import { Liveness } from './liveness.js';
import { isCut } from './offer.js';
import type { OfferedIce } from './offer.js';
import type { WhipSettings } from './options.js';
import type { SessionRecord } from './session-record.js';
import { wholeAnswer } from './whole-answer.js';

/** More than any media server has. */
const mostCandidates = 64;

/** What stays the same as long as a session lasts. */
export interface SessionFacts extends Pick<SessionRecord, 'id' | 'etag' | 'protocol' | 'room'> {
  readonly offered: OfferedIce;
}

export interface SessionOptions extends SessionFacts {
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
  readonly #candidates: IceCandidate[] = [];
  #subject: Subject | undefined;
  #hasAnswered = false;
  #isOver = false;
  #hasAll = false;
  #gathered: () => void = () => undefined;

  constructor({ settings, over, ...facts }: SessionOptions) {
    this.facts = facts;
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
    const { id, etag, protocol, room, offered } = this.facts;
    return {
      id,
      etag,
      protocol,
      room,
      stream: this.#subject.stream,
      mids: [...offered.mids],
      ufrags: [...offered.ufrags],
    };
  }

  /** Goes on with what another process has begun. The rest is restored in the same turn. */
  goOn(participant: Participant, stream: string): Outbox {
    this.#hasAnswered = true;
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
    return wholeAnswer(sdpAnswer, this.#candidates, this.#hasAll);
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

  #hear(event: RoomEvent): void {
    const { publisher, stream } = this.#subject ?? {};
    switch (event.type) {
      case 'candidateFound':
        if (event.publisher !== publisher || event.stream !== stream || this.#hasAnswered) return;
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
