import { expect } from 'chai';
import { Rooms, changedGrants, noGrants, roles, roomsRecordSchema } from '../../rooms/index.js';
import type { ComeBack, Newcomer, Participant, RoomEvent, RoomsOptions, RoomsRecord } from '../../rooms/index.js';
import { FakeMedia } from '../support/fake-media.js';
import { codeOf } from '../support/rejection.js';
import { until } from '../support/until.js';
import { attributesOf, joinAtOnce, publish } from './stage.js';

const offer = 'v=0\r\nm=audio 9 RTP 111\r\na=mid:0\r\na=sendrecv\r\nm=video 9 RTP 96\r\na=mid:1\r\na=sendonly\r\n';

/** Two processes, one after the other, on one media server. */
class Move {
  readonly media = new FakeMedia();
  readonly options: RoomsOptions;
  rooms: Rooms;
  readonly told = new Map<string, RoomEvent[]>();

  constructor(options: RoomsOptions = {}) {
    this.options = options;
    this.rooms = new Rooms(this.media, options);
  }

  join(id: string, more: Partial<Newcomer> = {}, room = 'r1'): Participant {
    return joinAtOnce(this.rooms, room, { id, attributes: attributesOf(id), ...more }, () => this.outbox(id));
  }

  outbox(id: string): (event: RoomEvent) => void {
    const events: RoomEvent[] = [];
    this.told.set(id, events);
    return (event) => events.push(event);
  }

  /** What one process leaves to the next one, as text. */
  text(): string {
    return JSON.stringify(this.rooms.record(({ id }) => ({ id })));
  }

  /** The next process goes on. */
  restore(
    text: string,
    comeBack: ComeBack = ({ id }, session) => {
      expect(session).to.deep.equal({ id });
      return { outbox: this.outbox(id) };
    },
  ): void {
    this.rooms = new Rooms(this.media, this.options);
    this.rooms.restore(roomsRecordSchema.parse(JSON.parse(text)), comeBack);
  }

  /** The first process lets go, and the next one goes on. */
  restart(comeBack?: ComeBack): void {
    const text = this.text();
    this.rooms.letGo();
    this.restore(text, comeBack);
  }

  find(id: string, room = 'r1'): Participant {
    const found = this.rooms.find(room)?.find(id);
    if (!found) throw new Error(`${id} is not there`);
    return found;
  }

  events(id: string): string[] {
    return (this.told.get(id) ?? []).map(({ type }) => type);
  }
}

describe('rooms that another process goes on with', () => {
  it('are as they were: people, what they may and show, streams, mutes, texts, settings and bans', async () => {
    const move = new Move();
    const ana = move.join('ana', {
      bearer: {
        grantsIn: () => roles.MODERATOR,
        identity: 'ana',
        metadata: '{"a":1}',
        tags: { team: 'blue' },
        claims: { sub: 'ana', video: { roomAdmin: true } },
      },
    });
    const ben = move.join('ben');
    const hidden = { ...changedGrants(noGrants, { roomJoin: true, canSubscribe: true, hidden: true }) };
    const eve = move.join('eve', { bearer: { grantsIn: () => hidden } });
    move.join('cleo', {}, 'r2');
    await publish(ana, offer, { loopback: true });
    await publish(ana, offer, { stream: 'screen' });
    await publish(ben, offer);
    await ben.subscribe(ana, offer);
    await ben.subscriptionTo(ana, 'webcam')?.want({ video: false, width: 320 });
    await ben.subscribe(ana, offer, { stream: 'screen' });
    await eve.subscribe(ben, offer);
    ana.raiseHand(true);
    ben.updateState({ audio: false });
    ben.say('hello');
    ben.updateProfile({ name: 'Benjamin' });
    const room = ana.room.moderatedBy(ana);
    await room.mute(ben, ['video'], true);
    room.ban({ name: 'mallory' }, 60_000);
    room.update({ title: 'The garden', locked: true });
    await ana.publication?.mute('audio');
    const { sid } = ana;
    const before = move.text();
    const allocated = move.media.allocated;

    move.restart();

    expect(JSON.parse(move.text())).to.deep.equal(JSON.parse(before));
    expect(move.media.allocated).to.equal(allocated);
    const back = move.find('ana');
    expect(back.sid).to.equal(sid);
    expect(back.grants.roomAdmin).to.equal(true);
    expect(back.room.title).to.equal('The garden');
    expect(back.room.texts.map(({ text }) => text)).to.deep.equal(['hello']);
    expect(back.publication?.muted).to.deep.equal(['audio']);
    await move.find('ben').subscriptionTo(back, 'webcam')?.want({ height: 180 });
    const wishes = [...move.media.endpoints].flatMap(({ wish }) => wish ?? []);
    expect(wishes[0]).to.deep.include({ audio: true, video: false, width: 320, height: 180 });
    expect([...move.find('ben').subscriptions].map(({ publication }) => publication.id)).to.deep.equal([
      'webcam',
      'screen',
    ]);
    expect(back.room.size, 'without the hidden one').to.equal(2);
    expect(back.room.findAny('eve')?.grants.hidden).to.equal(true);
    for (const id of ['ana', 'ben', 'eve', 'cleo']) expect(move.events(id), id).to.deep.equal([]);
    expect(
      await codeOf(move.rooms.join('r1', { id: 'mallory', attributes: attributesOf('mallory') }, () => undefined)),
    ).to.equal('banned');
    expect(
      await codeOf(move.rooms.join('r1', { id: 'zoe', attributes: attributesOf('zoe') }, () => undefined)),
    ).to.equal('locked');
  });

  it('go on: texts, mutes, new subscriptions, and in the end nothing is left', async () => {
    const move = new Move();
    const [ana, ben] = [move.join('ana'), move.join('ben')];
    await publish(ana, offer);
    await ben.subscribe(ana, offer);
    move.restart();
    const [anaNow, benNow] = [move.find('ana'), move.find('ben')];
    const firstText = move.rooms.find('r1')?.texts.length;
    anaNow.say('still here');
    expect(firstText).to.equal(0);
    expect(move.events('ben')).to.deep.equal(['textSaid']);
    const cleo = move.join('cleo');
    await cleo.subscribe(anaNow, offer);
    const sinks = (): number => [...move.media.endpoints].reduce((sum, { sinks: each }) => sum + each.size, 0);
    expect(sinks()).to.equal(2);
    await anaNow.publication?.mute('all');
    expect(sinks(), 'both subscribers are cut, the adopted one too').to.equal(0);
    await anaNow.publication?.unmute();
    expect(sinks()).to.equal(2);
    anaNow.unpublish();
    expect(move.events('ben')).to.include('publicationClosed');
    await publish(anaNow, offer);
    for (const each of [anaNow, benNow, cleo]) each.leave();
    await until('the pipeline is released', () => move.media.allocated === 0);
    expect(
      [...move.media.releases.values()].every((times) => times === 1),
      'nothing is released twice',
    ).to.equal(true);
    expect([ana.closed, ben.closed], 'the former process has nobody').to.deep.equal([true, true]);
  });

  it('have the filter of a publication as its own again, and change it', async () => {
    const move = new Move();
    move.media.hasFilters = true;
    const ana = move.join('ana');
    await publish(ana, offer, {
      filter: { type: 'gstreamer', command: 'videobalance', properties: { hue: '1' } },
    });
    move.restart();
    const { publication } = move.find('ana');
    await publication?.changeFilter((present) => {
      expect(present).to.deep.equal({ type: 'gstreamer', command: 'videobalance', properties: { hue: '1' } });
      return { type: 'gstreamer', command: 'videobalance', properties: { hue: '0' } };
    });
    expect([...move.media.filters].map(({ settings }) => settings)).to.deep.equal([publication?.filter]);
    await publication?.changeFilter(() => undefined);
    expect(move.media.filters.size).to.equal(0);
    move.find('ana').leave();
    await until('nothing is left', () => move.media.allocated === 0);
  });

  it('are the business of the next process alone: what the former one still does has no effect', async () => {
    const move = new Move();
    const [ana, ben] = [move.join('ana'), move.join('ben')];
    await publish(ana, offer);
    await ben.subscribe(ana, offer);
    const former = move.rooms;
    const opening = move.media.holdNext('answer');
    const late = publish(ben, offer);
    late.catch(() => undefined);
    await opening.reached;
    move.restart();
    ana.leave();
    ben.room.close('it is over');
    former.close('it is over');
    opening.open();
    expect(await codeOf(late)).to.equal('interrupted');
    expect(move.events('ana')).to.deep.equal([]);
    expect(move.find('ben').subscriptions).to.have.length(1);
    await until('what was being made is released', () => move.media.endpoints.size === 2);
    expect([...former]).to.deep.equal([]);
  });

  it('tell of what was lost meanwhile, as when it is lost at any other time', async () => {
    const move = new Move();
    const [ana, ben] = [move.join('ana'), move.join('ben')];
    await publish(ana, offer);
    await publish(ben, offer);
    await ben.subscribe(ana, offer);
    const text = move.text();
    const [kept] = (JSON.parse(text) as RoomsRecord).rooms[0]?.publications ?? [];
    move.rooms.letGo();
    move.media.forget(kept?.endpoint ?? '');
    move.restore(text);
    await until('ben is told', () => move.events('ben').includes('publicationClosed'));
    expect(move.find('ana').publication).to.equal(undefined);
    expect(move.find('ben').publication?.state).to.equal('open');
    move.find('ana').leave();
    move.find('ben').leave();
    await until('nothing is left', () => move.media.allocated === 0);
  });

  it('lose those whose client is not known any more, and the others are told', async () => {
    const move = new Move();
    const [ana, ben] = [move.join('ana'), move.join('ben')];
    await publish(ana, offer);
    await ben.subscribe(ana, offer);
    move.join('cleo', {}, 'r2');
    move.restart(({ id }) => (id === 'ben' ? { outbox: move.outbox(id) } : undefined));
    expect(move.events('ben')).to.deep.equal(['participantLeft']);
    expect(move.rooms.names, 'the room that nobody came back to').to.deep.equal(['r1']);
    expect(move.media.endpoints.size).to.equal(0);
  });

  it('keep what limits time: an empty room, an eviction, a name that is kept closed, a room without a moderator', () => {
    let time = 1_000_000;
    const timers = new Set<{ readonly at: number; readonly run: () => void }>();
    const pass = (ms: number): void => {
      time += ms;
      for (const timer of [...timers]) if (timer.at <= time && timers.delete(timer)) timer.run();
    };
    const move = new Move({
      now: () => time,
      later: (ms, run) => {
        const timer = { at: time + ms, run };
        timers.add(timer);
        return () => timers.delete(timer);
      },
      firstIsModerator: true,
      defaults: { departureTimeoutS: 100, keepClosedS: 100 },
      evictionMs: 30_000,
    });
    move.join('ana').leave();
    const [ben, cleo] = [move.join('ben', {}, 'r2'), move.join('cleo', {}, 'r2')];
    const dan = move.join('dan', {}, 'r2');
    dan.room.moderatedBy(ben).evict(dan);
    ben.leave();
    const eve = move.join('eve', {}, 'r3');
    eve.room.moderatedBy(eve).close();
    pass(20_000);
    move.restart();
    expect(cleo.closed).to.equal(true);
    expect(() => move.join('dan', {}, 'r2')).to.throw('did not join');
    expect(() => move.join('fay', {}, 'r3')).to.throw('did not join');
    pass(11_000);
    move.join('dan', {}, 'r2').leave();
    expect(move.find('cleo', 'r2').grants.roomAdmin, 'before a minute is over').to.equal(false);
    pass(30_000);
    expect(move.find('cleo', 'r2').grants.roomAdmin).to.equal(true);
    expect(move.rooms.names).to.deep.equal(['r1', 'r2']);
    pass(40_000);
    expect(move.rooms.names, 'a hundred seconds after ana has left').to.deep.equal(['r2']);
    move.join('fay', {}, 'r3');
  });
});
