import { expect } from 'chai';
import { CommitBudget } from '../../../cluster/commit-budget.js';
import { RoomJournal } from '../../../cluster/journal.js';
import { roomHash } from '../../../cluster/names.js';
import type { RelaySession, SessionClient } from '../../../cluster/port.js';
import { messageSchema } from '../../../cluster/relay/messages.js';
import type { Act, PassingMessage, ToldMessage } from '../../../cluster/relay/messages.js';
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
  let commits: number;
  /** What went out past the log, with a commit and without. */
  let passed: { readonly isCommitted: boolean; readonly p: number; readonly f: PassingMessage['f'] }[];
  /** Clients of the sessions that are in the room. */
  let clients: SessionClient[];

  beforeEach(() => {
    clock = new HandClock();
    told = [];
    isAlive = true;
    commits = 0;
    passed = [];
    clients = [];
    const hears = (message: unknown, isCommitted: boolean): void => {
      const read = messageSchema.parse(message);
      if (read.t === 'out') told.push(read);
      if (read.t === 'pass') passed.push({ isCommitted, p: read.p.seq, f: read.f });
    };
    const store = {
      commit: async (_ownership: unknown, { sends }: { readonly sends: readonly { readonly text: string }[] }) => {
        commits += 1;
        for (const { text } of sends) for (const each of JSON.parse(text) as unknown[]) hears(each, true);
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
      ...{ nodeId: 'here', clock, log, textOf, counts: { resent: 0 } },
      post: {
        send: (_node, message) => {
          hears(message, false);
        },
        sendNow: () => undefined,
      },
      dialect: { begin: (client) => new Guest(client, clients) },
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

  it('tells what is worth nothing a moment later without a commit, after all that came before, and once more', async () => {
    await hear('one', 1, { a: 'f', f: 'enter' });
    await hear('two', 1, { a: 'f', f: 'enter' });
    const before = commits;
    const at = told.at(-1)?.q.seq;
    const passes = async (text: string): Promise<void> => {
      const frame = textFrame(text);
      for (const client of clients) client.pass(frame);
      await turn();
    };
    await passes('ana speaks');
    expect(passed).to.deep.equal([{ isCommitted: false, p: at, f: [['1,2', 1, 'ana speaks']] }]);
    expect(commits).to.equal(before);
    // The room tells something, and then this.
    clients[0]?.send(textFrame('ben is here'));
    await passes('ben speaks');
    expect(passed.at(-1)).to.deep.equal({ isCommitted: true, p: told.at(-1)?.q.seq, f: [['1,2', 2, 'ben speaks']] });
    expect(told.at(-1)?.f.map(([, slots, text]) => [slots, text])).to.deep.equal([['1', 'ben is here']]);
    // A message may be lost, so the last one comes again, once.
    passed.length = 0;
    for (let second = 0; second < 4; second += 1) {
      clock.pass(1_000);
      owners.tick();
      await turn();
    }
    expect(passed.flatMap(({ f }) => f)).to.deep.equal([['1,2', 2, 'ben speaks']]);
  });

  it('tells nothing past the log to a client whose connection is lost', async () => {
    await hear('one', 1, { a: 'f', f: 'enter' });
    owners.receive({
      v: 1,
      r: hash,
      t: 'req',
      g: 'far',
      l: {},
      q: [['one', 2, { a: 'gone', reason: 'cut', over: false }]],
    });
    await turn();
    clients[0]?.pass(textFrame('ana speaks'));
    await turn();
    expect(passed).to.deep.equal([]);
  });
});

/** Somebody who comes in by the word `enter`, and otherwise may not. */
class Guest implements RelaySession {
  readonly id = 's';
  readonly dialect = 'tiny';
  readonly counts = true;
  readonly isOver = false;
  readonly isWaiting = false;
  readonly lastRequest = undefined;
  readonly repeatable = [];
  readonly #client: SessionClient;
  readonly #inside: SessionClient[];

  constructor(client: SessionClient, inside: SessionClient[]) {
    this.#client = client;
    this.#inside = inside;
  }

  acceptText(text: string, finished: () => void): void {
    if (text === 'enter') this.#client.entered(this.#inside.push(this.#client));
    this.#client.send(textFrame(text === 'enter' ? 'welcome' : 'refused'));
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
