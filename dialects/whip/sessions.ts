import type { Participant, Returned, Room } from '../../rooms/index.js';
import type { HandOver } from '../dialect.js';
import type { Asked, Protocol } from './asked.js';
import { Refusal } from './errors.js';
import type { WhipSettings } from './options.js';
import { Session } from './session.js';
import type { SessionFacts, SessionIce } from './session.js';
import { sessionRecord } from './session-record.js';

/** The sessions that there are, by their ids. */
export class Sessions {
  readonly #settings: WhipSettings;
  readonly #sessions = new Map<string, Session>();

  constructor(settings: WhipSettings) {
    this.#settings = settings;
  }

  /** @param over called once, when it is over */
  add(facts: SessionFacts, ice: SessionIce, over: (why: string) => void): Session {
    const session = new Session({
      ...{ ...facts, ice, settings: this.#settings },
      over: (why) => {
        this.#sessions.delete(facts.id);
        over(why);
      },
    });
    this.#sessions.set(facts.id, session);
    return session;
  }

  /** @throws Refusal 404 */
  find({ protocol, room, session: id = '' }: Asked): Session {
    const session = this.#sessions.get(id);
    if (!session || session.isOver || session.facts.protocol !== protocol || session.facts.room !== room) {
      throw new Refusal(404, 'There is no such session');
    }
    return session;
  }

  /** @param of Default: both */
  count(of?: Protocol): number {
    const all = [...this.#sessions.values()].filter(({ isOver }) => !isOver);
    return of === undefined ? all.length : all.filter(({ facts }) => facts.protocol === of).length;
  }

  /** Another node has the room. Sessions do not go on there. */
  roomLetGo(room: Room): void {
    for (const session of [...this.#sessions.values()]) {
      if (session.participant?.room === room) session.left('the room is on another node');
    }
  }

  end(why: string): void {
    for (const session of [...this.#sessions.values()]) session.end(why);
  }

  readonly recordOf: HandOver['recordOf'] = (_participant, session) =>
    session instanceof Session ? session.record : undefined;

  readonly comeBack: HandOver['comeBack'] = (participant, kept) => this.#restore(participant, kept);

  #restore(participant: Participant, kept: unknown): Returned | undefined {
    const { data: record } = sessionRecord.safeParse(kept);
    if (!record) return undefined;
    const { id, protocol, room, stream, ...ice } = record;
    const session = this.add({ id, protocol, room }, ice, () => undefined);
    return {
      outbox: session.goOn(participant, stream),
      session,
      publishing: () => session.publishing,
      subscribing: (publisher) => {
        session.enter({ participant, publisher, stream });
        return session.listener;
      },
    };
  }
}
