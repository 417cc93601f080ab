import { expect } from 'chai';
import { ClusterError } from '../../cluster/cluster-error.js';
import { CommitBudget } from '../../cluster/commit-budget.js';
import { RoomJournal } from '../../cluster/journal.js';
import type { JournalContext } from '../../cluster/journal-context.js';
import { comparePositions } from '../../cluster/position.js';
import type { Position } from '../../cluster/position.js';
import type { Commit, LoggedFrame, WholeRoom } from '../../cluster/room-store.js';
import { RecordingLog } from '../support/recording-log.js';
import { codeOf } from '../support/rejection.js';
import { HandClock } from './hand-clock.js';

/** Redis in the hands of a test: each commit waits for its answer. */
class HandStore {
  readonly commits: Commit[] = [];
  readonly rewrites: WholeRoom[] = [];
  former: LoggedFrame[] = [];
  /** Whether the log has anything of former owners. */
  hasFormer = true;
  #open: { readonly resolve: (deaf: string[]) => void; readonly reject: (error: unknown) => void }[] = [];

  get open(): number {
    return this.#open.length;
  }

  async commit(_: unknown, commit: Commit): Promise<string[]> {
    this.commits.push(commit);
    return new Promise((resolve, reject) => this.#open.push({ resolve, reject }));
  }

  async rewrite(_: unknown, room: WholeRoom): Promise<string[]> {
    this.rewrites.push(room);
    return Promise.resolve([]);
  }

  async handover(): Promise<number> {
    return Promise.resolve(11);
  }

  async close(): Promise<void> {
    return Promise.resolve();
  }

  async logAfter(_: unknown, after: Position, limit: number): Promise<readonly LoggedFrame[]> {
    return Promise.resolve(this.former.filter(({ at }) => comparePositions(at, after) > 0).slice(0, limit));
  }

  async logSince(): Promise<readonly LoggedFrame[] | undefined> {
    return Promise.resolve(this.hasFormer ? [] : undefined);
  }

  /** The oldest commit succeeds. */
  async answer(...deaf: string[]): Promise<void> {
    this.#open.shift()?.resolve(deaf);
    await turn();
  }

  /** The oldest commit fails. */
  async fail(code: ClusterError['code']): Promise<void> {
    this.#open.shift()?.reject(new ClusterError(code, 'said the test'));
    await turn();
  }

  async answerAll(): Promise<void> {
    while (this.#open.length > 0) await this.answer();
  }
}

/** Resolves when the present turn of the event loop is over. */
const turn = async (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('The journal of a room', () => {
  let store: HandStore;
  let clock: HandClock;
  let budget: CommitBudget;
  let heard: string[];
  let log: RecordingLog;

  beforeEach(() => {
    store = new HandStore();
    clock = new HandClock();
    budget = new CommitBudget();
    heard = [];
    log = new RecordingLog();
  });

  function begin(
    given: Partial<JournalContext['bounds']> = {},
    trimming: (journal: RoomJournal, frames: readonly LoggedFrame[]) => void = () => undefined,
    state: ReadonlyMap<string, string> = new Map(),
    logLost: (at: Position) => void = () => undefined,
  ): RoomJournal {
    const bounds = { resumeMs: 30_000, logEntries: 2_000, logBytes: 1_048_576, ...given };
    const atEndOfTurn = (run: () => void): void => void setImmediate(run);
    const room = { hash: 'H', epoch: 10, name: 'garden', version: 1, seq: 0, state };
    const journal: RoomJournal = new RoomJournal(
      room,
      [],
      {
        ...{ nodeId: 'ana', store, clock, log, bounds, budget, atEndOfTurn, recovery: turn },
        toSelf: (text) => heard.push(text),
      },
      {
        trimming: (frames) => {
          trimming(journal, frames);
        },
        logLost,
        fenced: () => heard.push('fenced'),
        deaf: (node) => heard.push(`deaf ${node}`),
      },
    );
    return journal;
  }

  const say = (text: string) => (): void => void heard.push(text);

  it('lets what may wait go with the next commit, or with one of its own in time', async () => {
    const journal = begin();
    journal.touch(50);
    journal.touch(10);
    journal.touch(50);
    await turn();
    clock.pass(9);
    await turn();
    expect(store.commits).to.have.length(0);
    clock.pass(1);
    await turn();
    expect(store.commits).to.have.length(1);
    journal.touch(10);
    journal.append('*', 'hello');
    await turn();
    clock.pass(100);
    await turn();
    expect(store.commits).to.have.length(2);
  });

  it('does not close before what waits is in Redis', async () => {
    const journal = begin();
    journal.touch(50);
    const closed = journal.close().then(say('closed'));
    await turn();
    expect(store.commits).to.have.length(1);
    expect(heard).to.deep.equal([]);
    await store.answerAll();
    await closed;
    expect(clock.waits).to.equal(0);
  });

  it('makes one commit of all that changes in a turn', async () => {
    const journal = begin();
    journal.set('room', '{}');
    journal.set('m:1', 'first');
    journal.set('m:1', 'second');
    journal.append('*', 'hello');
    journal.append('1', 'answer');
    journal.send('ben', (from, to) => `${from.seq} to ${to.seq} of ${to.epoch}`);
    journal.keepSession('s1');
    await turn();
    expect(store.commits).to.have.length(1);
    expect({ ...store.commits[0], changes: [...(store.commits[0]?.changes ?? [])] }).to.deep.equal({
      from: 0,
      to: 2,
      changes: [
        ['room', '{}'],
        ['m:1', 'second'],
      ],
      entries: [
        { slots: '*', frame: 'hello' },
        { slots: '1', frame: 'answer' },
      ],
      sends: [{ node: 'ben', text: '0 to 2 of 10' }],
      sessions: { keep: ['s1'], forget: [] },
      summary: undefined,
      trim: undefined,
    });
    expect(journal.position).to.deep.equal({ epoch: 10, seq: 2 });
  });

  it('writes nothing where nothing has changed', async () => {
    const journal = begin({}, undefined, new Map([['room', '{}']]));
    journal.set('room', '{}');
    journal.remove('m:1');
    await turn();
    expect(store.commits).to.deep.equal([]);
  });

  it('lets effects happen when their commit has succeeded, in order', async () => {
    const journal = begin();
    journal.set('a', '1');
    journal.after(say('one'));
    journal.after(say('two'));
    await turn();
    // An effect that comes with no change waits for a commit too.
    journal.after(say('three'));
    await turn();
    expect(heard).to.deep.equal([]);
    await store.answer('ben');
    expect(heard).to.deep.equal(['one', 'two', 'deaf ben']);
    await store.answer();
    expect(heard.at(-1)).to.equal('three');
  });

  it('sends to its own node without Redis, after the commit and in order with other effects', async () => {
    const journal = begin();
    journal.after(say('one'));
    journal.send('ana', (from, to) => `${from.seq} to ${to.seq}`);
    journal.send('ben', 'hello');
    journal.after(say('two'));
    await turn();
    expect(store.commits.flatMap(({ sends }) => sends)).to.deep.equal([{ node: 'ben', text: 'hello' }]);
    expect(heard).to.deep.equal([]);
    await store.answer();
    expect(heard).to.deep.equal(['one', '0 to 1', 'two']);
    journal.send('ana', 'never');
    await turn();
    await store.fail('FENCED');
    expect(heard.slice(3)).to.deep.equal(['fenced']);
  });

  it('has 32 commits under way, and makes one of the turns that wait', async () => {
    const journal = begin();
    for (let index = 0; index < 40; index += 1) {
      journal.append('*', String(index));
      journal.after(say(String(index)));
      await turn();
    }
    expect(store.open).to.equal(32);
    expect(journal.hasRoom).to.equal(false);
    let isReady = false;
    void journal.ready().then(() => (isReady = true));
    await turn();
    expect(isReady).to.equal(false);
    await store.answer();
    await store.answer();
    expect(isReady).to.equal(true);
    expect(store.commits).to.have.length(33);
    expect(store.commits.at(-1)).to.deep.include({ from: 32, to: 40 });
    await store.answerAll();
    expect(heard).to.deep.equal(Array.from({ length: 40 }, (_, index) => String(index)));
  });

  it('shares the commits of a node with its other rooms', async () => {
    budget = new CommitBudget(2);
    const journals = [begin(), begin(), begin()];
    for (const [index, journal] of journals.entries()) journal.append('*', String(index));
    await turn();
    expect(store.open).to.equal(2);
    expect(journals.map(({ hasRoom }) => hasRoom)).to.deep.equal([false, false, false]);
    await store.answer();
    expect(store.open).to.equal(2);
    expect(store.commits.at(-1)?.entries).to.deep.equal([{ slots: '*', frame: '2' }]);
    // A room that is lost gives back what it had under way.
    for (const journal of journals) journal.end();
    expect(budget.hasRoom).to.equal(true);
  });

  it('has 1,024 commits under way in all rooms of a node', async () => {
    const journals = Array.from({ length: 1_025 }, () => begin());
    for (const journal of journals) journal.append('*', 'x');
    await turn();
    expect(store.open).to.equal(1_024);
  });

  it('sends again what failed, in order, and what is behind it', async () => {
    const journal = begin();
    for (const text of ['1', '2', '3']) {
      journal.append('*', text);
      journal.after(say(text));
      await turn();
    }
    await store.answer();
    await store.fail('AWAY');
    expect(store.open).to.equal(1);
    journal.append('*', 'later');
    await turn();
    expect(store.open).to.equal(1);
    await store.fail('GAP');
    await turn();
    expect(store.commits.slice(3).map(({ from }) => from)).to.deep.equal([1, 2]);
    await store.answerAll();
    expect(heard).to.deep.equal(['1', '2', '3']);
    expect(store.commits.at(-1)?.entries).to.deep.equal([{ slots: '*', frame: 'later' }]);
    expect(store.rewrites).to.deep.equal([]);
  });

  for (const code of ['GAP', 'GONE'] as const) {
    it(`writes the room as a whole when Redis says ${code} twice, and goes on`, async () => {
      const journal = begin({}, undefined, new Map([['old', 'x']]));
      journal.keepSession('s1');
      journal.append('*', '1');
      await turn();
      await store.answer();
      journal.set('room', '{}');
      journal.after(say('two'));
      await turn();
      journal.append('*', '3');
      journal.send('ben', 'look');
      journal.after(say('three'));
      await turn();
      await store.fail(code);
      await store.fail(code);
      expect(store.rewrites).to.deep.equal([]);
      await store.fail(code);
      await store.fail(code);
      await turn();
      expect(store.rewrites).to.have.length(1);
      const [whole] = store.rewrites;
      expect(whole).to.deep.include({ name: 'garden', version: 1, seq: 3, sessions: ['s1'] });
      expect([...(whole?.state ?? [])]).to.deep.equal([
        ['old', 'x'],
        ['room', '{}'],
      ]);
      expect(whole?.log.map(({ at, frame }) => [at.seq, frame])).to.deep.equal([
        [1, '1'],
        [3, '3'],
      ]);
      expect(whole?.sends).to.deep.equal([{ node: 'ben', text: 'look' }]);
      expect(heard).to.deep.equal(['two', 'three']);
      journal.append('*', '4');
      await turn();
      expect(store.commits.at(-1)).to.deep.include({ from: 3, to: 4 });
    });
  }

  it('ends when another node owns the room, and what waited never happens', async () => {
    const journal = begin();
    journal.append('*', '1');
    journal.after(say('never'));
    await turn();
    journal.append('*', '2');
    const second = codeOf(journal.committed());
    await turn();
    await store.fail('FENCED');
    await store.fail('FENCED');
    expect(heard).to.deep.equal(['fenced']);
    expect(await second).to.equal('FENCED');
    journal.append('*', '3');
    journal.after(say('never'));
    await turn();
    expect(store.commits).to.have.length(2);
    expect(await codeOf(journal.ready())).to.equal('FENCED');
    expect(await codeOf(journal.committed())).to.equal('FENCED');
    expect(heard).to.deep.equal(['fenced']);
  });

  it('goes on when an effect throws', async () => {
    const journal = begin();
    journal.after(() => {
      throw new Error('a fault');
    });
    journal.after(say('next'));
    await turn();
    await store.answer();
    expect(heard).to.deep.equal(['next']);
    expect(log.has('error', 'after a commit')).to.equal(true);
  });

  it('refuses a field that is too long, and changes nothing', async () => {
    const journal = begin();
    expect(() => {
      journal.set('chat:', 'é'.repeat(32_769));
    }).to.throw(RangeError, 'chat: has more than 65536 bytes');
    await turn();
    expect(store.commits).to.deep.equal([]);
    journal.set('chat:', 'é'.repeat(32_768));
    await turn();
    expect(store.commits).to.have.length(1);
    journal.set('chat:', () => 'é'.repeat(32_769));
    journal.set('room', () => '{}');
    await turn();
    expect([...(store.commits[1]?.changes ?? [])]).to.deep.equal([['room', '{}']]);
    expect(log.has('error', 'too long')).to.equal(true);
  });

  it('makes a text once for each turn, when it is over', async () => {
    const journal = begin();
    let made = 0;
    const make = (): string => String((made += 1));
    journal.set('m:1', make);
    journal.set('m:1', make);
    await turn();
    journal.set('m:1', () => '1');
    await turn();
    expect(store.commits.map(({ changes }) => [...changes])).to.deep.equal([[['m:1', '1']], []]);
  });

  describe('and its log', () => {
    /** The counts of frames that the owner writes before they go. */
    const counting = (journal: RoomJournal, frames: readonly LoggedFrame[]): void => {
      journal.set('m:1', `${frames.length} are gone`);
    };

    it('loses what is older than sessions can be resumed, and the owner counts it before', async () => {
      const journal = begin({ resumeMs: 30_000 }, counting);
      journal.append('*', 'old');
      await turn();
      await store.answer();
      clock.pass(20_000);
      journal.append('*', 'young');
      await turn();
      await store.answer();
      clock.pass(10_001);
      journal.tick();
      await turn();
      const { trim, changes, entries } = store.commits.at(-1) ?? {};
      expect({ trim, changes: [...(changes ?? [])], entries }).to.deep.equal({
        trim: { epoch: 10, seq: 1 },
        changes: [
          ['m:1', '1 are gone'],
          ['trimmed', '10-1'],
        ],
        entries: [],
      });
      expect(journal.log.frames.map(({ frame }) => frame)).to.deep.equal(['young']);
      await store.answer();
      journal.tick();
      await turn();
      expect(store.commits).to.have.length(3);
    });

    it('has so many entries at most', async () => {
      const journal = begin({ logEntries: 3 }, counting);
      for (const frame of ['1', '2', '3', '4', '5']) journal.append('*', frame);
      await turn();
      expect(store.commits.at(-1)?.trim).to.deep.equal({ epoch: 10, seq: 2 });
      expect(journal.log.after({ epoch: 10, seq: 0 }).map(({ frame }) => frame)).to.deep.equal(['3', '4', '5']);
    });

    it('has so many bytes at most', async () => {
      const journal = begin({ logBytes: 10 }, counting);
      for (const frame of ['éé', 'éé', 'éé']) journal.append('*', frame);
      await turn();
      expect(store.commits.at(-1)?.trim).to.deep.equal({ epoch: 10, seq: 1 });
      expect(journal.log.bytes).to.equal(10);
    });

    it('loses nothing that a former owner told before the owner has counted it', async () => {
      const gone: string[] = [];
      const state = new Map([['room', '{}']]);
      const journal = begin({ logEntries: 2 }, (_, frames) => gone.push(...frames.map(({ frame }) => frame)), state);
      store.former = ['a', 'b'].map((frame, index) => ({ at: { epoch: 9, seq: index + 1 }, slots: '*', frame }));
      for (const frame of ['c', 'd', 'e']) journal.append('*', frame);
      await turn();
      expect(store.commits[0]?.trim).to.equal(undefined);
      await store.answer();
      await turn();
      expect(gone).to.deep.equal(['a', 'b', 'c']);
      expect(store.commits[1]?.trim).to.deep.equal({ epoch: 10, seq: 1 });
    });
  });

  it('has all that former owners told, however much it is', async () => {
    const journal = begin({ logEntries: 10_000 }, undefined, new Map([['room', '{}']]));
    store.former = Array.from({ length: 5_000 }, (_, index) => ({
      ...{ at: { epoch: index < 3_000 ? 8 : 9, seq: index + 1 }, slots: '*', frame: String(index) },
    }));
    journal.append('*', 'own');
    await turn();
    await journal.readFormerLog();
    expect(journal.log.frames.map(({ frame }) => frame)).to.deep.equal([
      ...store.former.map(({ frame }) => frame),
      'own',
    ]);
  });

  it('begins its log with its own commits, when Redis has lost what former owners told before it was read', async () => {
    const lost: Position[] = [];
    const state = new Map([
      ['room', '{}'],
      ['trimmed', '8-7'],
    ]);
    const journal = begin({}, undefined, state, (at) => lost.push(at));
    store.hasFormer = false;
    journal.append('*', 'own');
    await turn();
    await store.fail('GONE');
    await store.fail('GONE');
    await turn();
    expect(lost).to.deep.equal([{ epoch: 10, seq: 0 }]);
    expect(
      store.rewrites.map(({ state: written, log: frames }) => [written.get('trimmed'), frames.length]),
    ).to.deep.equal([['10-0', 1]]);
  });

  it('writes again what former owners told, when Redis has lost only what came later', async () => {
    const journal = begin({}, undefined, new Map([['room', '{}']]));
    store.former = [{ at: { epoch: 9, seq: 1 }, slots: '*', frame: 'former' }];
    journal.append('*', 'own');
    await turn();
    await store.fail('GAP');
    await store.fail('GAP');
    await turn();
    expect(store.rewrites[0]?.log.map(({ frame }) => frame)).to.deep.equal(['former', 'own']);
  });

  it('lists a room at once, then once a second', async () => {
    const journal = begin();
    journal.summarize(() => '1');
    await turn();
    expect(store.commits.map(({ summary }) => summary)).to.deep.equal(['1']);
    clock.pass(300);
    for (const text of ['2', '3', '3']) {
      journal.summarize(() => text);
      journal.append('*', text);
      await turn();
    }
    expect(store.commits.slice(1).map(({ summary }) => summary)).to.deep.equal([undefined, undefined, undefined]);
    clock.pass(700);
    await turn();
    expect(store.commits.slice(4).map(({ summary }) => summary)).to.deep.equal(['3']);
    clock.pass(5_000);
    await turn();
    expect(store.commits).to.have.length(5);
  });

  it('renews its sessions each hour', async () => {
    const journal = begin();
    journal.keepSession('s1');
    journal.keepSession('s2');
    await turn();
    await store.answer();
    journal.forgetSession('s2');
    await turn();
    await store.answer();
    clock.pass(3_600_000);
    journal.tick();
    await turn();
    expect(store.commits.slice(1).map(({ sessions }) => sessions)).to.deep.equal([
      { keep: [], forget: ['s2'] },
      { keep: ['s1'], forget: [] },
    ]);
  });

  it('hands a room over when all is in Redis', async () => {
    const journal = begin();
    journal.append('*', '1');
    journal.after(say('told'));
    const over = journal.handOver('ben').then((epoch) => heard.push(`over ${epoch}`));
    await turn();
    await turn();
    expect(heard).to.deep.equal([]);
    await store.answerAll();
    await over;
    expect(heard).to.deep.equal(['told', 'over 11']);
    expect(journal.hasEnded).to.equal(true);
  });

  it('stays with a room that the other node cannot get', async () => {
    const journal = begin();
    store.handover = async () => Promise.reject(new ClusterError('ABSENT', 'said the test'));
    expect(await codeOf(journal.handOver('ben'))).to.equal('ABSENT');
    journal.append('*', 'on');
    await turn();
    expect(store.commits.at(-1)?.entries).to.deep.equal([{ slots: '*', frame: 'on' }]);
  });
});
