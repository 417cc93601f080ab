import { expect } from 'chai';
import { Rooms, changedGrants, noGrants, roles } from '../../rooms/index.js';
import type {
  AccessRequest,
  Bearer,
  Grants,
  Newcomer,
  Participant,
  RoomEvent,
  RoomsOptions,
} from '../../rooms/index.js';
import { FakeMedia } from '../support/fake-media.js';
import { codeOf, outcomeOf } from '../support/rejection.js';
import { attributesOf, publish } from './stage.js';

/** A bearer of a token for every room. */
function bearerOf(grants: Partial<Grants> | Grants, identity?: string, more: Partial<Bearer> = {}): Bearer {
  const all = changedGrants({ ...noGrants, roomJoin: true }, grants);
  return { grantsIn: () => all, claims: {}, ...(identity !== undefined && { identity }), ...more };
}

const audioOnly = 'v=0\r\nm=audio 9 RTP 111\r\na=mid:0\r\na=sendrecv\r\n';
const both = `v=0\r\na=group:BUNDLE 0 1\r\nm=audio 9 RTP 111\r\na=mid:0\r\na=sendrecv\r\nm=video 9 RTP 96\r\na=mid:1\r\na=sendonly\r\n`;

class AccessStage {
  readonly media = new FakeMedia();
  readonly rooms: Rooms;
  readonly told = new Map<Participant, RoomEvent[]>();
  readonly timers = new Set<{ readonly at: number; readonly run: () => void }>();
  now = 1_000_000;

  constructor(options: RoomsOptions = {}) {
    this.rooms = new Rooms(this.media, {
      now: () => this.now,
      later: (ms, run) => {
        const timer = { at: this.now + ms, run };
        this.timers.add(timer);
        return () => this.timers.delete(timer);
      },
      ...options,
    });
  }

  pass(ms: number): void {
    this.now += ms;
    for (const timer of [...this.timers]) {
      if (timer.at > this.now || !this.timers.delete(timer)) continue;
      timer.run();
    }
  }

  join(id: string, bearer?: Bearer, more: Partial<Newcomer> & { readonly room?: string } = {}): Promise<Participant> {
    const { room = 'r1', ...rest } = more;
    return this.rooms.join(room, { id, attributes: attributesOf(id), bearer, ...rest }, (participant) => {
      const events: RoomEvent[] = [];
      this.told.set(participant, events);
      return (event) => events.push(event);
    });
  }

  types(participant: Participant): string[] {
    return (this.told.get(participant) ?? []).map(({ type }) => type);
  }
}

/** The error of something that is refused at once. */
function refusal(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
  return 'no error';
}

describe('grants', () => {
  const admin = bearerOf(roles.MODERATOR, 'mod');

  it('decide who joins, opens a room, publishes, subscribes, and speaks', async () => {
    const stage = new AccessStage({ autoCreate: false });
    expect(await codeOf(stage.join('x', bearerOf({ roomJoin: false })))).to.equal('not-allowed');
    expect(await codeOf(stage.join('x', bearerOf(roles.PUBLISHER)))).to.equal('room-not-found');
    const ana = await stage.join('ana', bearerOf({ ...roles.PUBLISHER, roomCreate: true }));
    const mute = await stage.join('mute', bearerOf({ canSubscribe: false }));
    await publish(ana, both);
    expect(await codeOf(mute.publish(both))).to.equal('not-allowed');
    expect(await codeOf(mute.subscribe(ana, both))).to.equal('not-allowed');
    expect(
      refusal(() => {
        mute.say('hello');
      }),
    ).to.equal('not-allowed');
    expect(
      refusal(() => {
        mute.updateProfile({ name: 'Mute' });
      }),
    ).to.equal('not-allowed');
    expect(await codeOf(mute.setFilter(undefined))).to.equal('not-allowed');
    expect(
      refusal(() => {
        ana.room.moderatedBy(ana).update({ locked: true });
      }),
    ).to.equal('not-allowed');
    expect(stage.types(ana)).to.deep.equal(['participantJoined']);
  });

  it('refuse the section of an offer whose source is not allowed, and all when none is', async () => {
    const stage = new AccessStage();
    const ana = await stage.join('ana', bearerOf({ ...roles.PUBLISHER, canPublishSources: ['microphone'] }));
    expect(await codeOf(ana.publish(both, { stream: 'screen' }))).to.equal('not-allowed');
    await publish(ana, both);
    expect(ana.publication?.kinds).to.deep.equal(['audio']);
    expect(ana.state).to.include({ audio: true, video: false });
    const ben = await stage.join('ben');
    await ben.subscribe(ana, both);
    const [endpoint, sink] = [...stage.media.endpoints];
    expect(sink?.receives, 'whatever the client sends').to.deep.equal(['audio']);
    expect(endpoint?.answered).to.include('a=group:BUNDLE 0\r\n').and.to.include('m=video 0 ');
    // A section without a port is offered where it shares that of another one.
    ana.unpublish();
    await publish(ana, both.replace(/m=video \d+/, 'm=video 0').concat('a=bundle-only\r\n'));
    expect([...stage.media.endpoints].at(-1)?.answered)
      .to.include('m=video 0 ')
      .and.to.not.include('bundle-only');
    // A media server may see more in an offer than the rooms do.
    ana.unpublish();
    await publish(ana, 'v=0\r\n\tm=video 9 RTP 96\r\na=sendonly\r\n');
    await ben.subscribe(ana, both);
    expect([...stage.media.endpoints].at(-1)?.receives).to.deep.equal(['audio']);
  });

  it('end at once what they do not allow any more', async () => {
    const stage = new AccessStage();
    const mod = await stage.join('mod', admin);
    const ana = await stage.join('ana');
    await publish(mod, both);
    await publish(ana, both);
    await ana.subscribe(mod, both);
    mod.room.moderatedBy(mod).setGrants(ana, {}, 'SUBSCRIBER');
    expect(ana.publication).to.equal(undefined);
    expect(stage.types(mod)).to.include('publicationClosed');
    expect(await codeOf(ana.publish(both))).to.equal('not-allowed');
    expect([...ana.subscriptions]).to.have.lengthOf(1);
    mod.room.moderatedBy(mod).setGrants(ana, { canSubscribe: false });
    expect([...ana.subscriptions]).to.have.lengthOf(0);
    expect(stage.types(ana).filter((type) => type === 'grantsChanged')).to.have.lengthOf(2);
  });

  it('are given by moderators only as far as they have them, and a moderator by a token cannot be removed by another', async () => {
    const stage = new AccessStage();
    const mod = await stage.join('mod', bearerOf({ ...roles.MODERATOR, roomRecord: false }, 'mod'));
    const ana = await stage.join('ana');
    const byMod = mod.room.moderatedBy(mod);
    expect(
      refusal(() => {
        byMod.setGrants(ana, {}, 'MODERATOR');
      }),
    ).to.equal('not-allowed');
    byMod.setGrants(ana, { roomAdmin: true });
    const byAna = mod.room.moderatedBy(ana);
    expect(
      refusal(() => {
        byAna.evict(mod);
      }),
    ).to.equal('not-allowed');
    expect(
      refusal(() => {
        byAna.setGrants(mod, { roomAdmin: false });
      }),
    ).to.equal('not-allowed');
    byMod.setGrants(ana, { roomAdmin: false });
    expect(
      refusal(() => {
        byAna.evict(mod);
      }),
    ).to.equal('not-allowed');
  });

  it('of somebody hidden: nobody learns of them, and they can say nothing', async () => {
    const stage = new AccessStage();
    const ana = await stage.join('ana');
    const spy = await stage.join('spy', bearerOf({ ...roles.PUBLISHER, hidden: true }, 'spy'));
    expect(ana.room.size).to.equal(1);
    expect([...ana.room.participants]).to.deep.equal([ana]);
    expect(ana.room.find('spy')).to.equal(undefined);
    expect(ana.room.findAny('spy')).to.equal(spy);
    expect(
      refusal(() => {
        spy.say('boo');
      }),
    ).to.equal('not-allowed');
    spy.raiseHand(true);
    await publish(ana, audioOnly);
    await spy.subscribe(ana, audioOnly);
    expect(stage.types(spy)).to.deep.equal(['stateChanged', 'publicationOpened']);
    spy.leave();
    expect(stage.types(ana)).to.deep.equal([]);
    ana.leave();
    expect(stage.rooms.names).to.deep.equal([]);
  });

  it('a hidden recorder keeps the room, another hidden participant does not', async () => {
    const stage = new AccessStage();
    const ana = await stage.join('ana');
    await stage.join('spy', bearerOf({ ...roles.SUBSCRIBER, hidden: true }, 'spy'));
    const recorder = await stage.join('rec', bearerOf({ ...roles.SUBSCRIBER, hidden: true, recorder: true }, 'rec'));
    ana.leave();
    expect(stage.rooms.names).to.deep.equal(['r1']);
    recorder.leave();
    expect(stage.rooms.names).to.deep.equal([]);
  });

  it('are asked of the hook, which may replace them, refuse, and take its time at each publication', async () => {
    const asked: AccessRequest[] = [];
    const stage = new AccessStage({
      authorize: async (request) => {
        asked.push(request);
        await Promise.resolve();
        return request.action === 'join' ? { grants: roles.SUBSCRIBER, identity: 'u1', name: 'Una' } : undefined;
      },
    });
    const ana = await stage.join('ana');
    expect([ana.identity, ana.profile.name, ana.name]).to.deep.equal(['u1', 'Una', 'ana']);
    expect(await codeOf(ana.publish(both))).to.equal('not-allowed');
    expect(asked.map(({ action }) => action)).to.deep.equal(['join']);
  });

  it('stay those of the bearer where the hook says something else', async () => {
    class Token implements Bearer {
      readonly identity = 'u1';
      grantsIn(): Grants {
        return roles.MODERATOR;
      }
    }
    const stage = new AccessStage({ authorize: () => ({ name: 'Una' }) });
    const una = await stage.join('una', new Token());
    const ben = await stage.join('ben', bearerOf(roles.SUBSCRIBER, 'ben'));
    una.room.moderatedBy(una).evict(ben);
    expect([una.bearer.grantsIn('r1'), ben.closed]).to.deep.equal([roles.MODERATOR, true]);
  });

  it('decide who opens a room without joining it', async () => {
    const open = (stage: AccessStage, bearer: Bearer, name = 'ana'): Promise<unknown> =>
      outcomeOf(stage.rooms.open('hall', { by: attributesOf(name), bearer, stays: false }));
    expect(await open(new AccessStage(), bearerOf({ roomJoin: false }))).to.equal('not-allowed');
    expect(await open(new AccessStage({ autoCreate: false }), bearerOf(roles.PUBLISHER))).to.equal('not-allowed');
    const creator = bearerOf({ roomJoin: false, roomCreate: true });
    expect(await open(new AccessStage({ autoCreate: false }), creator)).to.equal('no error');
    const stage = new AccessStage();
    const mod = await stage.join('mod', admin, { room: 'hall' });
    const by = mod.room.moderatedBy(mod);
    by.ban({ name: 'ana' }, 60_000);
    by.update({ keepClosedS: 60 });
    by.close();
    expect(await open(stage, bearerOf(roles.PUBLISHER))).to.equal('banned');
    expect(await open(stage, bearerOf(roles.PUBLISHER), 'ben')).to.equal('locked');
  });

  it('decide about what media beside the server sends', async () => {
    const stage = new AccessStage();
    const receives = both.replaceAll(/sendrecv|sendonly/g, 'recvonly');
    const ana = await stage.join('ana', bearerOf(roles.SUBSCRIBER));
    ana.assertMaySend(receives);
    expect(
      refusal(() => {
        ana.assertMaySend(both);
      }),
    ).to.equal('not-allowed');
    const ben = await stage.join('ben', bearerOf({ ...roles.PUBLISHER, canPublishSources: ['microphone'] }));
    ben.assertMaySend(audioOnly);
    expect(
      refusal(() => {
        ben.assertMaySend(both);
      }),
    ).to.equal('not-allowed');
  });

  it('of one identity are used once: the newcomer replaces it, and may come back', async () => {
    const stage = new AccessStage();
    const first = await stage.join('ana', bearerOf(roles.PUBLISHER, 'ana'));
    const second = await stage.join('ana', bearerOf(roles.PUBLISHER, 'ana'));
    expect([first.closed, second.closed]).to.deep.equal([true, false]);
    expect(stage.told.get(first)?.at(-1)).to.include({ type: 'participantEvicted', reason: 'duplicateIdentity' });
    const third = await stage.join('ana', bearerOf(roles.PUBLISHER, 'ana'));
    expect([second.closed, third.room.size]).to.deep.equal([true, 1]);
    expect(await codeOf(stage.join('ana'))).to.equal('participant-exists');
    // A name that somebody else has: the newcomer is refused, and nothing else changes.
    await stage.join('ben');
    expect(await codeOf(stage.join('ben', bearerOf(roles.PUBLISHER, 'ana')))).to.equal('participant-exists');
    expect([third.closed, third.room.size]).to.deep.equal([false, 2]);
  });
});

describe('the entrance of a room', () => {
  const admin = bearerOf(roles.MODERATOR, 'mod');

  it('keeps a locked room closed to all but moderators, and a full one', async () => {
    const stage = new AccessStage();
    const mod = await stage.join('mod', admin);
    const by = mod.room.moderatedBy(mod);
    by.update({ locked: true });
    expect(await codeOf(stage.join('ana'))).to.equal('locked');
    await stage.join('mod2', bearerOf(roles.MODERATOR, 'mod2'));
    by.update({ locked: false, maxParticipants: 2 });
    expect(await codeOf(stage.join('ana'))).to.equal('room-full');
    await stage.join('spy', bearerOf({ ...roles.SUBSCRIBER, hidden: true }, 'spy'));
    expect(mod.room.size).to.equal(2);
    by.update({ maxParticipants: 3 });
    const joins = await Promise.all(['a', 'b', 'c', 'd'].map((id) => outcomeOf(stage.join(id))));
    expect(joins.filter((code) => code === 'room-full')).to.have.lengthOf(3);
    expect(mod.room.size).to.equal(3);
  });

  it('is locked for the bearer of a token too whose identity somebody without one has as a name', async () => {
    const stage = new AccessStage();
    const mod = await stage.join('mod', admin);
    const guest = await stage.join('ana');
    mod.room.moderatedBy(mod).update({ locked: true });
    expect(await codeOf(stage.join('ana', bearerOf(roles.PUBLISHER, 'ana')))).to.equal('locked');
    expect(guest.closed).to.equal(false);
    mod.room.moderatedBy(mod).update({ locked: false });
    const ana = await stage.join('ana', bearerOf(roles.PUBLISHER, 'ana'));
    mod.room.moderatedBy(mod).update({ locked: true });
    await stage.join('ana', bearerOf(roles.PUBLISHER, 'ana'));
    expect(ana.closed, 'it comes in for itself').to.equal(true);
  });

  it('asks for the password, whose hash may change while it is checked', async () => {
    const checks: (() => void)[] = [];
    const stage = new AccessStage({
      passwords: {
        hash: (password) => Promise.resolve(`#${password}`),
        matches: (hash, password) =>
          new Promise((resolve) =>
            checks.push(() => {
              resolve(hash === `#${password}`);
            }),
          ),
      },
    });
    const mod = await stage.join('mod', admin);
    mod.room.moderatedBy(mod).update({ passwordHash: '#one' });
    expect(await codeOf(stage.join('ana'))).to.equal('password');
    const wrong = codeOf(stage.join('ana', undefined, { password: 'two' }));
    checks.shift()?.();
    expect(await wrong).to.equal('password');
    const late = codeOf(stage.join('ana', undefined, { password: 'one' }));
    mod.room.moderatedBy(mod).update({ passwordHash: '#two' });
    checks.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
    checks.shift()?.();
    expect(await late).to.equal('password');
    const right = stage.join('ana', undefined, { password: 'two' });
    checks.shift()?.();
    expect((await right).room.size).to.equal(2);
  });

  it('bans by identity, or by name and address, for a time or the life of the room', async () => {
    const stage = new AccessStage({ evictionMs: 0 });
    const mod = await stage.join('mod', admin);
    const by = mod.room.moderatedBy(mod);
    const at = (address: string): Bearer => ({ grantsIn: () => roles.PUBLISHER, address });
    by.evict(await stage.join('ana', at('192.0.2.1')), { banMs: -1 });
    expect(await codeOf(stage.join('ana', at('192.0.2.1')))).to.equal('banned');
    (await stage.join('ana', at('192.0.2.2'))).leave();
    (await stage.join('other', at('192.0.2.1'))).leave();
    by.evict(await stage.join('ben', bearerOf(roles.PUBLISHER, 'b')), { banMs: 1_000 });
    expect(await codeOf(stage.join('benno', bearerOf(roles.PUBLISHER, 'b')))).to.equal('banned');
    expect(by.bans).to.have.lengthOf(2);
    stage.pass(1_000);
    (await stage.join('benno', bearerOf(roles.PUBLISHER, 'b'))).leave();
    expect(by.bans).to.have.lengthOf(1);
    by.liftBan(by.bans[0]?.id ?? '');
    (await stage.join('ana', at('192.0.2.1'))).leave();
    expect(
      refusal(() => {
        by.liftBan('99');
      }),
    ).to.equal('participant-not-found');
  });

  it('says that somebody is banned, and not that they may be back soon', async () => {
    const stage = new AccessStage();
    const mod = await stage.join('mod', admin);
    mod.room.moderatedBy(mod).evict(await stage.join('ana'), { banMs: -1 });
    expect(await codeOf(stage.join('ana'))).to.equal('banned');
  });

  it('refuses revoked tokens, and newer ones not', async () => {
    const stage = new AccessStage({ evictionMs: 0 });
    const mod = await stage.join('mod', admin);
    const of = (validFrom: number) => bearerOf(roles.PUBLISHER, 'ana', { validFrom });
    mod.room.moderatedBy(mod).evict(await stage.join('ana', of(999)), { revoke: true });
    expect(await codeOf(stage.join('ana', of(999)))).to.equal('token-invalid');
    await stage.join('ana', of(1_000));
  });

  it('lets a moderator admit and deny those who wait, who learn nothing of the room', async () => {
    const stage = new AccessStage();
    const mod = await stage.join('mod', admin);
    const by = mod.room.moderatedBy(mod);
    by.update({ waitingRoom: true });
    const heard: unknown[] = [];
    const gone = new AbortController();
    const knocker = { told: (outcome: unknown) => heard.push(outcome), gone: gone.signal };
    expect(await codeOf(stage.join('ana', undefined, { knocker }))).to.equal('waiting');
    expect(await codeOf(stage.join('ben'))).to.equal('waiting');
    expect(by.waiting.map(({ name, door }) => [name, door])).to.deep.equal([
      ['ana', 'test'],
      ['ben', 'test'],
    ]);
    const [ana, ben] = by.waiting;
    by.admit(ana?.id ?? '');
    by.deny(ben?.id ?? '', 'not now');
    expect(heard).to.deep.equal([{ admitted: true }]);
    await stage.join('ana', undefined, { knocker });
    expect(await codeOf(stage.join('ben'))).to.equal('not-allowed');
    stage.pass(60_000);
    expect(await codeOf(stage.join('ben'))).to.equal('waiting');
    expect(stage.types(mod).filter((type) => type === 'waitingChanged')).to.have.lengthOf(5);
    by.update({ waitingRoom: false });
    expect(by.waiting).to.deep.equal([]);
    await stage.join('ben');
  });

  it('forgets those who have gone while they waited, and an admission after a minute', async () => {
    const stage = new AccessStage();
    const mod = await stage.join('mod', admin);
    const by = mod.room.moderatedBy(mod);
    by.update({ waitingRoom: true });
    const gone = new AbortController();
    const knocker = { told: () => undefined, gone: gone.signal };
    await codeOf(stage.join('ana', undefined, { knocker }));
    await codeOf(stage.join('ben'));
    gone.abort();
    expect(by.waiting.map(({ name }) => name)).to.deep.equal(['ben']);
    by.admit(by.waiting[0]?.id ?? '');
    stage.pass(60_000);
    expect(await codeOf(stage.join('ben'))).to.equal('waiting');
    stage.pass(60_000);
    expect(by.waiting).to.deep.equal([]);
    expect(
      refusal(() => {
        by.admit('waiting-1');
      }),
    ).to.equal('participant-not-found');
    mod.leave();
    expect([stage.rooms.names, stage.timers.size]).to.deep.equal([[], 0]);
  });
});

describe('a moderator', () => {
  const admin = bearerOf(roles.MODERATOR, 'mod');

  it('cuts what somebody publishes, now and later, and only takes the cut away', async () => {
    const stage = new AccessStage();
    const mod = await stage.join('mod', admin);
    const ana = await stage.join('ana');
    await publish(ana, both);
    await mod.subscribe(ana, both);
    const by = mod.room.moderatedBy(mod);
    await by.mute(ana, ['audio'], true);
    const received = () => [...stage.media.endpoints].at(-1)?.receives;
    expect(received()).to.deep.equal(['video']);
    ana.unpublish();
    await publish(ana, both);
    await mod.subscribe(ana, both);
    expect(received()).to.deep.equal(['video']);
    expect(ana.state).to.deep.include({ audio: false, video: true, mutedByModerator: ['audio'] });
    ana.updateState({ audio: false });
    await by.mute(ana, ['audio'], false);
    expect([...(received() ?? [])].sort()).to.deep.equal(['audio', 'video']);
    expect(ana.state, 'the participant itself is still muted').to.include({ audio: false });
  });

  it('says texts and sends data as the server, to all or to some, as long as they are here', async () => {
    const stage = new AccessStage();
    const [mod, ana, ben] = [await stage.join('mod', admin), await stage.join('ana'), await stage.join('ben')];
    const by = mod.room.moderatedBy(mod);
    const heard = (participant: Participant): string[] =>
      (stage.told.get(participant) ?? []).flatMap((event) => {
        if (event.type === 'announced') return [`says ${event.text}`];
        return event.type === 'dataSent' ? [`sends ${event.topic} ${event.data}`] : [];
      });
    by.announce('to all');
    by.sendData('score', 'AA==', [ana, ana]);
    expect(heard(ana)).to.deep.equal(['says to all', 'sends score AA==']);
    ben.leave();
    expect(() => {
      by.announce('to some', [ana, ben]);
    }).to.throw('ben is not in room');
    expect(() => {
      by.announce('x'.repeat(16_385));
    }).to.throw('16384 bytes');
    expect(() => {
      mod.room.moderatedBy(ana).announce('not a moderator');
    }).to.throw('Only moderators');
    expect([heard(mod), heard(ana)]).to.deep.equal([['says to all'], ['says to all', 'sends score AA==']]);
  });

  it('mutes all but moderators, and those who come later when the room says so', async () => {
    const stage = new AccessStage();
    const mod = await stage.join('mod', admin);
    const ana = await stage.join('ana');
    const by = mod.room.moderatedBy(mod);
    await by.mute('all', ['audio'], true);
    expect(ana.state.mutedByModerator).to.deep.equal(['audio']);
    expect(mod.state.mutedByModerator).to.deep.equal([]);
    by.update({ mutedOnEntry: true });
    expect((await stage.join('ben')).state.mutedByModerator).to.deep.equal(['audio']);
  });

  it('cannot cut media that does not pass the server', async () => {
    const stage = new AccessStage();
    const mod = await stage.join('mod', admin);
    const peer = await stage.join('peer', undefined, { attributes: { ...attributesOf('peer'), peerToPeer: true } });
    const by = mod.room.moderatedBy(mod);
    expect(await codeOf(by.mute(peer, ['audio'], true))).to.equal('not-supported');
    expect(
      refusal(() => {
        by.unpublish(peer);
      }),
    ).to.equal('not-supported');
  });

  it('works at a human pace, and each change is told to the log', async () => {
    const audited: unknown[] = [];
    const stage = new AccessStage({ audit: (entry) => audited.push(entry) });
    const mod = await stage.join('mod', admin);
    const by = mod.room.moderatedBy(mod);
    for (let verb = 0; verb < 20; verb += 1) by.update({ metadata: String(verb) });
    expect(
      refusal(() => {
        by.update({ metadata: 'x' });
      }),
    ).to.equal('too-many');
    expect(mod.room.settings.metadata).to.equal('19');
    stage.pass(10_000);
    by.update({ metadata: 'x' });
    expect(audited).to.have.lengthOf(22);
    expect(audited[20]).to.deep.equal({ actor: 'mod', action: 'update', room: 'r1', target: '', outcome: 'refused' });
  });

  it('loses the right with the grant, and has it in no other room', async () => {
    const stage = new AccessStage();
    const bearer: Bearer = {
      grantsIn: (room) => (room === 'r1' ? roles.MODERATOR : roles.PUBLISHER),
      claims: {},
      identity: 'mod',
    };
    const mod = await stage.join('mod', bearer);
    const elsewhere = await stage.join('mod', bearer, { room: 'r2' });
    expect(
      refusal(() => {
        elsewhere.room.moderatedBy(elsewhere).update({ locked: true });
      }),
    ).to.equal('not-allowed');
    expect(
      refusal(() => {
        elsewhere.room.moderatedBy(mod).evict(elsewhere);
      }),
    ).to.equal('not-allowed');
    mod.leave();
    expect(
      refusal(() => {
        mod.room.moderatedBy(mod).close();
      }),
    ).to.equal('participant-closed');
  });

  it('raises nobody’s hand, lowers all, and all see one order', async () => {
    const stage = new AccessStage();
    const mod = await stage.join('mod', admin);
    const ana = await stage.join('ana');
    ana.raiseHand(true);
    stage.pass(5);
    mod.raiseHand(true);
    ana.raiseHand(true);
    expect([ana.state.handSince, mod.state.handSince]).to.deep.equal([1_000_000, 1_000_005]);
    mod.room.moderatedBy(mod).lowerHand('all');
    expect([ana.state.hand, mod.state.hand]).to.deep.equal([false, false]);
    expect(stage.types(ana).filter((type) => type === 'stateChanged')).to.have.lengthOf(4);
  });

  it('is the first without a token where that is configured, and the next one a minute after it has left', async () => {
    const stage = new AccessStage({ firstIsModerator: true });
    const ana = await stage.join('ana');
    const ben = await stage.join('ben');
    expect([ana.grants.roomAdmin, ben.grants.roomAdmin]).to.deep.equal([true, false]);
    ana.leave();
    stage.pass(59_999);
    expect(ben.grants.roomAdmin).to.equal(false);
    stage.pass(1);
    expect(ben.grants.roomAdmin).to.equal(true);
    ben.leave();
    expect(stage.timers.size).to.equal(0);
  });
});

describe('a room made in advance', () => {
  it('is one line of the log when a program has made it', async () => {
    const audited: unknown[] = [];
    const stage = new AccessStage({ audit: (entry) => audited.push(entry) });
    await stage.rooms.open('r1', { stays: false, administrator: 'backend' });
    await stage.rooms.open('r2');
    expect(audited).to.deep.equal([{ actor: 'backend', action: 'open', room: 'r1', target: '', outcome: 'done' }]);
  });

  it('closes when nobody comes, and some time after the last has left', async () => {
    const stage = new AccessStage();
    await stage.rooms.open('r1', { stays: false });
    stage.pass(299_999);
    expect(stage.rooms.names).to.deep.equal(['r1']);
    stage.pass(1);
    expect(stage.rooms.names).to.deep.equal([]);
    await stage.rooms.open('r1', { stays: false, settings: { emptyTimeoutS: 10 } });
    stage.pass(9_999);
    const ana = await stage.join('ana');
    stage.pass(100_000);
    ana.leave();
    stage.pass(19_999);
    const again = await stage.join('ana');
    stage.pass(100_000);
    again.leave();
    stage.pass(20_000);
    expect([stage.rooms.names, stage.timers.size]).to.deep.equal([[], 0]);
  });

  it('takes settings that hold for each way to make it, and refuses what is out of range', async () => {
    const stage = new AccessStage({ defaults: { maxParticipants: 7 } });
    const room = await stage.rooms.open('r1', { stays: false, settings: { metadata: 'm' } });
    expect(room.settings).to.include({ maxParticipants: 7, metadata: 'm', departureTimeoutS: 20 });
    const opener = bearerOf(roles.PUBLISHER, 'o', { opening: { maxParticipants: 3, departureTimeoutS: 5 } });
    const { room: opened } = await stage.join('o', opener, { room: 'r2' });
    expect(opened.settings).to.include({ maxParticipants: 3, departureTimeoutS: 5 });
    expect(await codeOf(stage.rooms.open('r3', { settings: { metadata: 'x'.repeat(4_097) } }))).to.equal(
      'invalid-text',
    );
    expect(await codeOf(stage.rooms.open('r3', { settings: { maxParticipants: -1 } }))).to.equal('not-allowed');
  });

  it('keeps its name closed after a moderator has ended it, where it says so', async () => {
    const stage = new AccessStage({ defaults: { keepClosedS: 10 } });
    const mod = await stage.join('mod', bearerOf(roles.MODERATOR, 'mod'));
    mod.room.moderatedBy(mod).close('over');
    expect(stage.told.get(mod)?.at(-1)).to.include({ type: 'roomClosed', reason: 'over' });
    expect(await codeOf(stage.join('ana'))).to.equal('locked');
    stage.pass(10_000);
    await stage.join('ana');
  });
});

describe('a newcomer', () => {
  it('may bring metadata, if its grants allow it; refused, it changes nothing', async () => {
    const stage = new AccessStage();
    const first = await stage.join('ana', bearerOf(roles.PUBLISHER, 'ana', { metadata: 'of the token' }));
    expect(first.profile.metadata).to.equal('of the token');
    const guest = bearerOf(roles.SUBSCRIBER, 'ana');
    expect(await codeOf(stage.join('ana', guest, { metadata: 'mine' }))).to.equal('not-allowed');
    const long = stage.join('ana', bearerOf(roles.PUBLISHER, 'ana'), { metadata: 'x'.repeat(4_097) });
    expect(await codeOf(long)).to.equal('invalid-text');
    expect(first.closed, 'the same identity is still there').to.equal(false);
    const next = await stage.join('ana', bearerOf(roles.PUBLISHER, 'ana', { metadata: 'x' }), { metadata: 'mine' });
    expect(next.profile.metadata).to.equal('mine');
  });
});

describe('a room with one moderator', () => {
  it('goes on as it is when the moderator joins anew: its settings, and those who wait', async () => {
    const stage = new AccessStage();
    const token = bearerOf(roles.MODERATOR, 'mod');
    const { room } = await stage.join('mod', token);
    const next = await stage.join('mod', token);
    next.room.moderatedBy(next).update({ waitingRoom: true, locked: false });
    const heard: unknown[] = [];
    const knocker = { told: (outcome: unknown) => heard.push(outcome), gone: new AbortController().signal };
    expect(await codeOf(stage.join('guest', undefined, { knocker }))).to.equal('waiting');
    const again = await stage.join('mod', token);
    expect(again.room).to.equal(room);
    expect(again.room.settings.waitingRoom).to.equal(true);
    expect(heard).to.deep.equal([]);
    expect(stage.types(again), 'it is told who waits').to.deep.equal(['waitingChanged']);
    const byHand = await stage.join('mod', undefined, {
      ...{ room: 'r2' },
      makePlace: (present) => {
        present.leave();
      },
    });
    const madePlace = await stage.join('mod', undefined, {
      ...{ room: 'r2' },
      makePlace: (present) => {
        present.leave();
      },
    });
    expect(madePlace.room, 'a dialect that makes place').to.equal(byHand.room);
  });

  it('closes when it is left for a newcomer that does not come in', async () => {
    const stage = new AccessStage();
    await stage.join('mod');
    const makePlace = (present: Participant): void => {
      present.leave();
    };
    const newcomer = { id: 'mod', attributes: attributesOf('mod'), makePlace };
    expect(await codeOf(stage.rooms.join('r1', newcomer, () => undefined))).to.equal('interrupted');
    expect(stage.rooms.names).to.deep.equal([]);
  });

  it('tells a participant that becomes one of those that wait', async () => {
    const stage = new AccessStage();
    const mod = await stage.join('mod', bearerOf(roles.MODERATOR, 'mod'));
    const ana = await stage.join('ana');
    const by = mod.room.moderatedBy(mod);
    by.update({ waitingRoom: true });
    await codeOf(stage.join('guest'));
    by.setGrants(ana, {}, 'MODERATOR');
    expect(stage.types(ana).slice(-2)).to.deep.equal(['grantsChanged', 'waitingChanged']);
  });

  it('shows somebody whose stream it has ended that it is gone', async () => {
    const stage = new AccessStage();
    const mod = await stage.join('mod', bearerOf(roles.MODERATOR, 'mod'));
    const ana = await stage.join('ana');
    await publish(ana, both);
    mod.room.moderatedBy(mod).unpublish(ana);
    expect(stage.types(ana)).to.deep.equal(['stateChanged']);
  });
});

describe('races at the entrance', () => {
  const admin = bearerOf(roles.MODERATOR, 'mod');

  it('let in as many as the room takes, of twenty that come at once and wait for a password', async () => {
    const passwords = {
      hash: (password: string) => Promise.resolve(password),
      matches: async (hash: string, password: string) => {
        await new Promise((resolve) => setImmediate(resolve));
        return hash === password;
      },
    };
    const stage = new AccessStage({ passwords });
    const mod = await stage.join('mod', admin);
    mod.room.moderatedBy(mod).update({ maxParticipants: 10, passwordHash: 'secret' });
    const joins = Array.from({ length: 20 }, (_, index) =>
      outcomeOf(stage.join(`p${index}`, undefined, { password: 'secret' })),
    );
    const outcomes = await Promise.all(joins);
    expect(mod.room.size).to.equal(10);
    expect(outcomes.filter((outcome) => outcome === 'room-full')).to.have.lengthOf(11);
  });

  it('look at the lock and the bans again after each wait', async () => {
    let answer = (): void => undefined;
    const asked = (): Promise<undefined> =>
      new Promise((resolve) => {
        answer = () => {
          resolve(undefined);
        };
      });
    const authorize = (request: AccessRequest): Promise<undefined> | undefined =>
      request.id === 'mod' ? undefined : asked();
    const stage = new AccessStage({ authorize });
    const mod = await stage.join('mod', admin);
    const by = mod.room.moderatedBy(mod);
    const locked = outcomeOf(stage.join('ana'));
    by.update({ locked: true });
    answer();
    expect(await locked).to.equal('locked');
    by.update({ locked: false });
    const banned = outcomeOf(stage.join('ana'));
    by.ban({ name: 'ana' }, -1);
    answer();
    expect(await banned).to.equal('banned');
  });
});
