import { expect } from 'chai';
import { z } from 'zod';
import { trimmedField } from '../../cluster/room-store.js';
import type { Claim, Commit } from '../../cluster/room-store.js';
import { codeOf } from '../support/rejection.js';
import { RedisServer } from '../support/redis-server.js';
import { until } from '../support/until.js';
import { garden, names, NodeInRedis, turn, whole } from './rooms-in-redis.js';

const told = (frame: string, slots = '*') => ({ slots, frame });

describe('The scripts in Redis', () => {
  let redis: RedisServer;
  let ana: NodeInRedis;
  let ben: NodeInRedis;

  before(async function () {
    if (!RedisServer.isInstalled) this.skip();
    redis = await RedisServer.start();
  });

  beforeEach(async () => {
    ana = await NodeInRedis.start(redis, 'ana');
    ben = await NodeInRedis.start(redis, 'ben');
  });

  afterEach(async () => {
    await ana.hub.call('FLUSHALL');
    ana.die();
    ben.die();
  });

  after(async () => {
    await (redis as RedisServer | undefined)?.remove();
  });

  async function taken(claim: Promise<Claim>): Promise<Extract<Claim, { type: 'mine' }>> {
    const answer = await claim;
    if (answer.type !== 'mine') throw new Error(`the claim was refused: ${JSON.stringify(answer)}`);
    return answer;
  }

  let marks = 0;

  const isNews = (text: string): boolean => text !== 'late' && !text.startsWith('mark ');

  /** What the room is in Redis, as a whole. */
  async function kept(): Promise<object> {
    const [owner, state, log] = await ana.hub.all([
      ['HGETALL', names.owner(garden)],
      ['HGETALL', names.state(garden)],
      ['XRANGE', names.log(garden), '-', '+'],
    ]);
    return { owner, state, log };
  }

  /** A message to both shows that none is on its way before it. */
  async function allHeard(): Promise<void> {
    marks += 1;
    const mark = `mark ${marks}`;
    await ana.hub.all([
      ['PUBLISH', names.channelOf('ana'), mark],
      ['PUBLISH', names.channelOf('ben'), mark],
    ]);
    await until('both heard the mark', () => ana.heard.at(-1) === mark && ben.heard.at(-1) === mark);
  }

  /** Sends a command twice, as after a lost connection. Both answers must be the same, and the second must change nothing. */
  async function twice<T>(command: () => Promise<T>): Promise<T> {
    const first = await command();
    const after = await kept();
    await allHeard();
    const [heardByAna, heardByBen] = [ana.heard.length, ben.heard.length];
    expect(await command()).to.deep.equal(first);
    expect(await kept()).to.deep.equal(after);
    await allHeard();
    expect(ana.heard.slice(heardByAna).filter(isNews)).to.deep.equal([]);
    expect(ben.heard.slice(heardByBen).filter(isNews)).to.deep.equal([]);
    return first;
  }

  /** Redis itself takes no entry of an older epoch. */
  async function refusedByTheLog(epoch: number): Promise<void> {
    const added = ana.hub.call('XADD', names.log(garden), `${epoch}-9`, 's', '*').catch((error: unknown) => error);
    expect(String(await added)).to.match(/equal or smaller/);
  }

  async function commit(node: NodeInRedis, epoch: number, given: Partial<Commit>): Promise<string[]> {
    return node.store.commit({ hash: garden, epoch }, turn(given));
  }

  describe('claim', () => {
    it('gives a room without an owner to the first that asks, and tells the others', async () => {
      const { epoch, seq, state } = await twice(() => taken(ana.store.claim(garden, 'garden')));
      expect(seq).to.equal(0);
      expect(state.size).to.equal(0);
      expect(await ben.store.claim(garden, 'garden')).to.deep.equal({ type: 'other', owner: { node: 'ana', epoch } });
      expect(await ben.store.ownerOf(garden)).to.deep.equal({ node: 'ana', epoch });
      expect(await ana.hub.call('SMEMBERS', names.roomsOf('ana'))).to.deep.equal([garden]);
    });

    it('leaves a room to an owner that lives, whatever another believes', async () => {
      const { epoch } = await taken(ana.store.claim(garden, 'garden'));
      const owner = { node: 'ana', epoch };
      expect(await ben.store.claim(garden, 'garden', 'ana')).to.deep.equal({ type: 'other', owner });
    });

    it('takes the room of an owner whose subscription ended, with its state and a higher epoch', async () => {
      const before = await taken(ana.store.claim(garden, 'garden'));
      await commit(ana, before.epoch, { changes: new Map([['room', '{}']]) });
      ana.die();
      await until('Redis has noticed', async () => (await ben.store.claim(garden, 'garden', 'ana')).type === 'mine');
      ana = await NodeInRedis.start(redis, 'ana');
      const after = await twice(() => taken(ben.store.claim(garden, 'garden')));
      expect(after.epoch).to.be.greaterThan(before.epoch);
      expect(after.logEnd, 'where the former log ends').to.deep.equal({ epoch: before.epoch, seq: 0 });
      const [owner] = await ana.store.lookUp([garden]);
      expect(owner).to.deep.equal({ node: 'ben', epoch: after.epoch, logEnd: after.logEnd });
      expect([...after.state]).to.deep.equal([['room', '{}']]);
      expect(await ben.hub.call('SMEMBERS', names.roomsOf('ben'))).to.deep.equal([garden]);
      expect(await ben.hub.call('EXISTS', names.roomsOf('ana'))).to.equal(0);
    });

    it('takes the room of an owner whose lease is over', async () => {
      await taken(ana.store.claim(garden, 'garden'));
      await ben.hub.call('DEL', names.node('ana'));
      expect((await ben.store.claim(garden, 'garden')).type).to.equal('other');
      expect((await ben.store.claim(garden, 'garden', 'ana')).type).to.equal('mine');
    });

    it('gives a higher epoch to a room that is opened again, even if a clock went back', async () => {
      await ana.hub.call('XADD', names.log(garden), '9000000000000-7', 's', '*', 'f', 'of long ago');
      const { epoch } = await taken(ana.store.claim(garden, 'garden'));
      expect(epoch).to.equal(9_000_000_000_001);
      await refusedByTheLog(9_000_000_000_000);
    });

    it('gives nobody a room whose journal they cannot read', async () => {
      const cleo = await NodeInRedis.start(redis, 'cleo', { reads: { oldest: 2, newest: 3 }, writes: 2 });
      await taken(ana.store.claim(garden, 'garden'));
      await ben.hub.call('DEL', names.node('ana'));
      const before = await kept();
      expect(await cleo.store.claim(garden, 'garden', 'ana')).to.deep.equal({ type: 'version', version: 1 });
      expect(await kept()).to.deep.equal(before);
      cleo.die();
    });
  });

  describe('commit', () => {
    it('writes fields, log, sessions and the summary, and sends', async () => {
      const { epoch } = await taken(ana.store.claim(garden, 'garden'));
      await ben.hub.subscribe(names.roomsChannel);
      await commit(ana, epoch, { changes: new Map([['gone', 'soon']]), sessions: { keep: ['s0'], forget: [] } });
      await twice(() =>
        commit(ana, epoch, {
          from: 1,
          changes: new Map([
            ['room', '{"name":"garden"}'],
            ['gone', undefined],
          ]),
          entries: [told('first'), told('second', '1,5')],
          sends: [{ node: 'ben', text: 'hello' }],
          sessions: { keep: ['s1'], forget: ['s0'] },
          summary: '{"people":2}',
        }),
      );
      expect(await ana.hub.call('HGETALL', names.state(garden))).to.deep.equal(['room', '{"name":"garden"}']);
      expect(await ben.store.logAfter(garden, { epoch, seq: 0 }, 10)).to.deep.equal([
        { at: { epoch, seq: 2 }, slots: '*', frame: 'first' },
        { at: { epoch, seq: 3 }, slots: '1,5', frame: 'second' },
      ]);
      expect(await ben.store.logAfter(garden, { epoch, seq: 2 }, 10)).to.have.length(1);
      expect(ben.heard.filter(isNews)).to.deep.equal([JSON.stringify({ v: 1, r: garden, s: '{"people":2}' }), 'hello']);
      expect(await ana.hub.call('MGET', names.session('s0'), names.session('s1'))).to.deep.equal([null, garden]);
      expect(await ana.hub.call('HGET', names.rooms, garden)).to.equal('{"people":2}');
    });

    it('tells at which nodes nobody listened', async () => {
      const { epoch } = await taken(ana.store.claim(garden, 'garden'));
      const sends = ['nobody', 'ben'].map((node) => ({ node, text: 'late' }));
      expect(await twice(() => commit(ana, epoch, { sends }))).to.deep.equal(['nobody']);
    });

    it('drops what the log need not keep', async () => {
      const { epoch } = await taken(ana.store.claim(garden, 'garden'));
      await commit(ana, epoch, { entries: ['1', '2', '3'].map((frame) => told(frame)) });
      await twice(() => commit(ana, epoch, { from: 3, trim: { epoch, seq: 3 } }));
      expect((await ana.store.logAfter(garden, { epoch, seq: 0 }, 10)).map(({ frame }) => frame)).to.deep.equal(['3']);
    });

    it('of an owner that was replaced has no effect', async () => {
      const { epoch } = await taken(ana.store.claim(garden, 'garden'));
      await commit(ana, epoch, { changes: new Map([['room', 'of ana']]), summary: 'of ana' });
      await ana.hub.call('DEL', names.node('ana'));
      const later = await taken(ben.store.claim(garden, 'garden', 'ana'));
      const before = await kept();
      const change = {
        from: 1,
        changes: new Map([['room', 'late']]),
        entries: [told('late')],
        sends: [{ node: 'ben', text: 'never' }],
        sessions: { keep: ['late'], forget: [] },
        summary: 'late',
      };
      expect(await codeOf(commit(ana, epoch, change))).to.equal('FENCED');
      expect(await codeOf(ana.store.handover({ hash: garden, epoch }, 1, 'cleo'))).to.equal('FENCED');
      expect(await codeOf(ana.store.rewrite({ hash: garden, epoch }, whole({ seq: 9 })))).to.equal('FENCED');
      expect(await codeOf(ana.store.close({ hash: garden, epoch }))).to.equal('FENCED');
      expect(await kept()).to.deep.equal(before);
      expect(await ana.hub.call('EXISTS', names.session('late'))).to.equal(0);
      expect(await ana.hub.call('HGET', names.rooms, garden)).to.equal('of ana');
      await commit(ben, later.epoch, { sends: [{ node: 'ben', text: 'last' }] });
      await until('ben heard the last', () => ben.heard.at(-1) === 'last');
      expect(ben.heard).not.to.include('never');
      await refusedByTheLog(epoch);
    });

    it('notices that Redis has lost writes, and writes nothing then', async () => {
      const { epoch } = await taken(ana.store.claim(garden, 'garden'));
      const before = await kept();
      expect(await codeOf(commit(ana, epoch, { from: 1, changes: new Map([['room', '{}']]) }))).to.equal('GAP');
      expect(await codeOf(commit(ana, epoch + 1, { changes: new Map([['room', '{}']]) }))).to.equal('GAP');
      expect(await codeOf(ana.store.handover({ hash: garden, epoch }, 1, 'ben'))).to.equal('GAP');
      expect(await kept()).to.deep.equal(before);
    });

    it('notices that Redis has lost everything', async () => {
      const { epoch } = await taken(ana.store.claim(garden, 'garden'));
      await ana.hub.call('FLUSHALL');
      expect(await codeOf(commit(ana, epoch, { changes: new Map([['room', '{}']]) }))).to.equal('GONE');
      expect(await ana.hub.call('DBSIZE')).to.equal(0);
    });

    it('writes nothing while Redis has no memory left', async () => {
      const { epoch } = await taken(ana.store.claim(garden, 'garden'));
      const before = await kept();
      await ana.hub.call('CONFIG', 'SET', 'maxmemory', '1');
      const change = { entries: [told('late')], sends: [{ node: 'ben', text: 'never' }] };
      expect(await codeOf(commit(ana, epoch, change))).to.equal('AWAY');
      expect(await codeOf(ben.store.claim('other', 'other'))).to.equal('AWAY');
      await ana.hub.call('CONFIG', 'SET', 'maxmemory', '0');
      expect(await kept()).to.deep.equal(before);
      expect(ben.heard).to.deep.equal([]);
    });
  });

  describe('rewrite', () => {
    it('puts a room back into an empty Redis, which takes commits then', async () => {
      const { epoch } = await taken(ana.store.claim(garden, 'garden'));
      await ana.hub.call('FLUSHALL');
      await twice(() =>
        ana.store.rewrite(
          { hash: garden, epoch },
          whole({
            seq: 5,
            state: new Map([['room', '{}']]),
            log: [{ at: { epoch, seq: 4 }, ...told('fourth') }],
            sessions: ['s1'],
            summary: 'again',
            sends: [{ node: 'ben', text: 'here' }],
          }),
        ),
      );
      await commit(ana, epoch, { from: 5, entries: [told('sixth')] });
      expect((await ben.store.logAfter(garden, { epoch, seq: 0 }, 10)).map(({ at }) => at.seq)).to.deep.equal([4, 6]);
      expect(await ana.hub.call('MGET', names.session('s1'))).to.deep.equal([garden]);
      expect(await ana.hub.call('HGET', names.rooms, garden)).to.equal('again');
      expect(await ana.hub.call('SMEMBERS', names.roomsOf('ana'))).to.deep.equal([garden]);
      expect(ben.heard).to.include('here');
    });

    it('keeps what is left of the log, and adds what was lost', async () => {
      const { epoch } = await taken(ana.store.claim(garden, 'garden'));
      await commit(ana, epoch, { entries: [told('1'), told('2')], changes: new Map([['old', 'x']]) });
      const log = [2, 3, 4].map((seq) => ({ at: { epoch, seq }, ...told(String(seq)) }));
      await twice(() => ana.store.rewrite({ hash: garden, epoch }, whole({ seq: 4, log })));
      const frames = (await ben.store.logAfter(garden, { epoch, seq: 0 }, 10)).map(({ frame }) => frame);
      expect(frames).to.deep.equal(['1', '2', '3', '4']);
      expect(await ana.hub.call('EXISTS', names.state(garden))).to.equal(0);
    });

    it('leaves no hole in the log where the owner does not keep what was lost', async () => {
      const { epoch } = await taken(ana.store.claim(garden, 'garden'));
      await commit(ana, epoch, { entries: [told('1'), told('2')] });
      const state = new Map([[trimmedField, `${epoch}-4`]]);
      const log = [{ at: { epoch, seq: 5 }, ...told('5') }];
      await twice(() => ana.store.rewrite({ hash: garden, epoch }, whole({ seq: 5, state, log })));
      expect(await ben.store.logSince(garden, { epoch, seq: 2 }, 10)).to.equal(undefined);
      const frames = await ben.store.logSince(garden, { epoch, seq: 4 }, 10);
      expect(frames?.map(({ frame }) => frame)).to.deep.equal(['5']);
    });

    for (const first of ['the older', 'the newer']) {
      it(`of two owners leaves the one with the higher epoch, when ${first} comes first`, async () => {
        const { epoch } = await taken(ana.store.claim(garden, 'garden'));
        await ana.hub.call('DEL', names.node('ana'));
        const later = await taken(ben.store.claim(garden, 'garden', 'ana'));
        await ana.hub.call('FLUSHALL');
        const older = () =>
          ana.store.rewrite({ hash: garden, epoch }, whole({ seq: 9, state: new Map([['of', 'ana']]) }));
        const newer = () =>
          ben.store.rewrite({ hash: garden, epoch: later.epoch }, whole({ seq: 1, state: new Map([['of', 'ben']]) }));
        if (first === 'the older') {
          await older();
          await newer();
        } else {
          await newer();
          expect(await codeOf(older())).to.equal('FENCED');
        }
        expect(await ben.store.ownerOf(garden)).to.deep.equal({ node: 'ben', epoch: later.epoch });
        expect(await ben.hub.call('HGETALL', names.state(garden))).to.deep.equal(['of', 'ben']);
        expect(await ben.hub.call('EXISTS', names.roomsOf('ana'))).to.equal(0);
        expect(await codeOf(commit(ana, epoch, { from: 9 }))).to.equal('FENCED');
        await commit(ben, later.epoch, { from: 1 });
      });
    }
  });

  describe('the log', () => {
    const since = async (epoch: number, seq: number): Promise<unknown> =>
      (await ben.store.logSince(garden, { epoch, seq }, 10))?.map(({ frame }) => frame);

    it('says that it has lost something, also once the room is closed, and opened again', async () => {
      const { epoch } = await taken(ana.store.claim(garden, 'garden'));
      await commit(ana, epoch, { entries: ['1', '2', '3'].map((frame) => told(frame)) });
      await commit(ana, epoch, { from: 3, trim: { epoch, seq: 2 } });
      const sinceAll = async (): Promise<unknown[]> => Promise.all([0, 1, 2, 3].map(async (seq) => since(epoch, seq)));
      const expected = [undefined, undefined, ['3'], []];
      expect(await sinceAll()).to.deep.equal(expected);
      await ana.store.close({ hash: garden, epoch });
      expect(await sinceAll()).to.deep.equal(expected);
      await taken(ben.store.claim(garden, 'garden'));
      expect(await sinceAll()).to.deep.equal(expected);
    });

    it('of a room that was opened again after the former log has ended says so', async () => {
      const { epoch } = await taken(ana.store.claim(garden, 'garden'));
      await ana.store.close({ hash: garden, epoch });
      await ana.hub.call('DEL', names.log(garden));
      expect(await codeOf(since(epoch, 0))).to.equal('GONE');
      // A log ends long after its room, so that the next epoch is never of the same millisecond.
      await until('another millisecond', async () => {
        const [seconds, micros] = z.tuple([z.coerce.number(), z.coerce.number()]).parse(await ben.hub.call('TIME'));
        return seconds * 1_000 + Math.floor(micros / 1_000) > epoch;
      });
      const later = await taken(ben.store.claim(garden, 'garden'));
      expect(await since(epoch, 0)).to.equal(undefined);
      expect(await since(later.epoch, 0)).to.deep.equal([]);
    });

    it('begins in an empty Redis where its owner has it from', async () => {
      const { epoch } = await taken(ana.store.claim(garden, 'garden'));
      await ana.hub.call('FLUSHALL');
      const log = [
        { at: { epoch: epoch - 5, seq: 7 }, ...told('former') },
        { at: { epoch, seq: 1 }, ...told('own') },
      ];
      await ana.store.rewrite({ hash: garden, epoch }, whole({ seq: 1, log }));
      expect(await since(epoch - 5, 0)).to.deep.equal(['former', 'own']);
      expect(await since(epoch, 0)).to.deep.equal(['own']);
      await ana.hub.call('FLUSHALL');
      const state = new Map([['trimmed', `${epoch - 5}-6`]]);
      await ana.store.rewrite({ hash: garden, epoch }, whole({ seq: 1, log, state }));
      expect(await since(epoch - 5, 5)).to.equal(undefined);
      expect(await since(epoch - 5, 6)).to.deep.equal(['former', 'own']);
    });
  });

  describe('handover', () => {
    it('gives the room to another node with the next epoch, which reads the state by a claim', async () => {
      const { epoch } = await taken(ana.store.claim(garden, 'garden'));
      await commit(ana, epoch, { changes: new Map([['room', '{}']]) });
      expect(await twice(() => ana.store.handover({ hash: garden, epoch }, 1, 'ben'))).to.equal(epoch + 1);
      expect(await codeOf(commit(ana, epoch, { from: 1 }))).to.equal('FENCED');
      const { seq, state, ...claim } = await taken(ben.store.claim(garden, 'garden'));
      expect({ seq, state: [...state], epoch: claim.epoch }).to.deep.equal({
        seq: 0,
        state: [['room', '{}']],
        epoch: epoch + 1,
      });
      await commit(ben, epoch + 1, { entries: [told('on')] });
      expect(await ben.hub.call('SMEMBERS', names.roomsOf('ben'))).to.deep.equal([garden]);
      expect(await ben.hub.call('EXISTS', names.roomsOf('ana'))).to.equal(0);
    });

    it('gives nothing to a node that is not there', async () => {
      const { epoch } = await taken(ana.store.claim(garden, 'garden'));
      const before = await kept();
      expect(await codeOf(ana.store.handover({ hash: garden, epoch }, 0, 'nobody'))).to.equal('ABSENT');
      expect(await kept()).to.deep.equal(before);
    });
  });

  describe('close', () => {
    it('removes the room at once and its log after a while', async () => {
      const { epoch } = await taken(ana.store.claim(garden, 'garden'));
      await ben.hub.subscribe(names.roomsChannel);
      await commit(ana, epoch, { entries: [told('over')], summary: 'x', changes: new Map([['room', '{}']]) });
      await twice(() => ana.store.close({ hash: garden, epoch }));
      const keys = await ana.hub.call('KEYS', '*');
      expect(keys).to.have.members([names.log(garden), names.node('ana'), names.node('ben')]);
      expect(await ana.hub.call('PTTL', names.log(garden))).to.be.within(1, 30_000);
      expect(ben.heard.filter(isNews).at(-1)).to.equal(JSON.stringify({ v: 1, r: garden }));
      expect((await taken(ben.store.claim(garden, 'garden'))).epoch).to.be.greaterThan(epoch);
      expect(await ana.hub.call('PTTL', names.log(garden))).to.equal(-1);
    });
  });
});
