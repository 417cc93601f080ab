import { expect } from 'chai';
import { CommitBudget } from '../../../cluster/commit-budget.js';
import { RoomJournal } from '../../../cluster/journal.js';
import { roomHash } from '../../../cluster/names.js';
import type { RelaySession, SessionClient } from '../../../cluster/port.js';
import { messageSchema } from '../../../cluster/relay/messages.js';
import type { Act, ToldMessage } from '../../../cluster/relay/messages.js';
import { Owners } from '../../../cluster/relay/owner.js';
import { textFrame, textOf } from '../../../transport/frame.js';
import { RecordingLog } from '../../support/recording-log.js';
import { HandClock } from '../hand-clock.js';

const name = 'garden';
const hash = roomHash(name);

/** Resolves when all promises have gone as far as they can. */
const turn = async (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('The owner of a room', () => {
  let clock: HandClock;
  let owners: Owners;
  /** What went out with commits, to the gateway `far`. */
  let told: ToldMessage[];
  let isAlive: boolean;

  beforeEach(() => {
    clock = new HandClock();
    told = [];
    isAlive = true;
    const store = {
      commit: async (_ownership: unknown, { sends }: { readonly sends: readonly { readonly text: string }[] }) => {
        for (const { text } of sends) {
          for (const each of JSON.parse(text) as unknown[]) {
            const message = messageSchema.parse(each);
            if (message.t === 'out') told.push(message);
          }
        }
        return Promise.resolve([]);
      },
      rewrite: async () => Promise.resolve([]),
      handover: async () => Promise.resolve(2),
      close: async () => Promise.resolve(),
      logAfter: async () => Promise.resolve([]),
      logSince: async () => Promise.resolve([]),
    };
    const log = new RecordingLog();
    owners = new Owners({
      ...{ nodeId: 'here', clock, log, textOf, post: { send: () => undefined }, counts: { resent: 0 } },
      dialect: { begin: (client) => new Refusing(client) },
      ...{ isUp: () => true, isAlive: () => isAlive, unused: () => undefined, owns: () => true },
      ...{ own: async () => Promise.resolve(), ownGiven: async () => Promise.resolve() },
      ownerOf: async () => Promise.resolve(undefined),
    });
    const journal = new RoomJournal(
      { name, hash, epoch: 1, version: 1, seq: 0, state: new Map() },
      [],
      {
        ...{ nodeId: 'here', store, clock, log, budget: new CommitBudget() },
        bounds: { resumeMs: 30_000, logEntries: 2_000, logBytes: 1_048_576 },
        recovery: async () => Promise.resolve(),
        atEndOfTurn: (run) => {
          setImmediate(run);
        },
        toSelf: () => undefined,
      },
      {
        gathering: (from) => {
          owners.gathering(room, from);
        },
        ...{ trimming: () => undefined, fenced: () => undefined, deaf: () => undefined },
      },
    );
    const room = { name, hash, journal };
    owners.begun(room, new Map());
  });

  /** The gateway `far` says what a client does. */
  async function hear(line: string, number: number, act: Act): Promise<void> {
    const about = {
      room: name,
      sid: `s${line}`,
      dialect: 'tiny',
      address: '10.0.0.1',
      done: number - 1,
      in: false,
      k: 0,
    };
    owners.receive({ v: 1, r: hash, t: 'req', g: 'far', l: { [line]: about }, q: [[line, number, act]] });
    await turn();
  }

  it('serves nobody for long whose gateway was dead when its request was served', async () => {
    isAlive = false;
    owners.died('far');
    await hear('late', 1, { a: 'f', f: 'join' });
    expect(owners.sessions).to.equal(1);
    for (let second = 1; second <= 2; second += 1) {
      clock.pass(1_000);
      owners.tick();
    }
    expect(owners.sessions).to.equal(0);
  });

  it('repeats what a client in no room was told, also while others are told something each second', async () => {
    await hear('lost', 1, { a: 'f', f: 'join' });
    expect(told.at(-1)?.x).to.deep.equal([['lost', 1, 'refused']]);
    for (let second = 1; second <= 3; second += 1) {
      for (let count = 1; count <= 4; count += 1) {
        clock.pass(250);
        await hear(`other-${second}-${count}`, 1, { a: 'f', f: 'join' });
      }
      owners.tick();
      await turn();
    }
    const repeated = told.slice(1).flatMap(({ x }) => x.filter(([line]) => line === 'lost'));
    expect(repeated.length).to.be.within(1, 3);
  });
});

/** Somebody who may not come in. */
class Refusing implements RelaySession {
  readonly id = 's';
  readonly dialect = 'tiny';
  readonly counts = true;
  readonly isOver = false;
  readonly isWaiting = false;
  readonly lastRequest = undefined;
  readonly repeatable = [];
  readonly #client: SessionClient;

  constructor(client: SessionClient) {
    this.#client = client;
  }

  acceptText(_text: string, finished: () => void): void {
    this.#client.send(textFrame('refused'));
    finished();
  }

  async idle(): Promise<void> {
    return Promise.resolve();
  }

  attach(): void {
    // It has no session to go on with.
  }

  detach(): void {
    // As above.
  }

  end(): void {
    // As above.
  }
}
