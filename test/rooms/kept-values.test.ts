import { expect } from 'chai';
import { Rooms, roomsRecordSchema } from '../../rooms/index.js';
import type { KeptValues, Room, RoomsOptions } from '../../rooms/index.js';
import { FakeMedia } from '../support/fake-media.js';
import { ManualTime } from '../support/manual-time.js';
import { codeOf } from '../support/rejection.js';
import { attributesOf, joinAtOnce } from './stage.js';

/** What setting a value throws. */
function codeOfSet(values: KeptValues, key: string, value: unknown): unknown {
  try {
    values.set(key, value);
  } catch (error) {
    return error instanceof Error && 'code' in error ? error.code : error;
  }
  return 'no error';
}

function entriesOf(values: KeptValues | undefined): Record<string, unknown> {
  return Object.fromEntries(values?.entries() ?? []);
}

describe('What a dialect keeps with a room', () => {
  /** Fields as a journal is told of them. */
  let written: string[];
  let rooms: Rooms;
  let room: Room;

  function roomsWith(options: RoomsOptions = {}): Rooms {
    return new Rooms(new FakeMedia(), options);
  }

  beforeEach(async () => {
    written = [];
    rooms = roomsWith({
      journal: {
        changed: (_room, field, record) => {
          written.push(record ? `${field} ${JSON.stringify(record())}` : field);
        },
        closed: () => {
          written.push('closed');
        },
        recordOf: () => undefined,
      },
    });
    room = await rooms.open('r');
    written.length = 0;
  });

  it('is each value by its name, as JSON makes it, and each change is written by itself', () => {
    const values = room.kept('one');
    const session = { id: 's', left: undefined, list: [1] };
    values.set('session', session);
    session.list.push(2);
    expect(values.get('session')).to.deep.equal({ id: 's', list: [1] });
    values.set('con:1', 'text');
    values.set('session', { id: 's', list: [1] });
    expect(room.kept('two').get('con:1'), 'of another dialect').to.equal(undefined);
    room.kept('two').set('con:1', null);
    expect(values.delete('con:1')).to.equal(true);
    expect(values.delete('con:1')).to.equal(false);
    expect(entriesOf(room.kept('one'))).to.deep.equal({ session: { id: 's', list: [1] } });
    expect(written).to.deep.equal([
      'd:one:session {"id":"s","list":[1]}',
      'd:one:con:1 "text"',
      'd:two:con:1 null',
      'd:one:con:1',
    ]);
  });

  it('has a bound for a value, for a name, and for all together', () => {
    const values = room.kept('one');
    expect(codeOfSet(values, 'k', 'a'.repeat(65_535))).to.equal('invalid-text');
    expect(codeOfSet(values, 'k', 'é'.repeat(32_768))).to.equal('invalid-text');
    expect(codeOfSet(values, '', 1)).to.be.instanceOf(RangeError);
    expect(codeOfSet(values, 'é'.repeat(129), 1)).to.be.instanceOf(RangeError);
    expect(codeOfSet(values, '\ud800', 1)).to.be.instanceOf(RangeError);
    expect(codeOfSet(values, 'k', undefined)).to.be.instanceOf(TypeError);
    expect(written).to.deep.equal([]);
    const largest = 'a'.repeat(65_534);
    for (let index = 100; index < 227; index += 1) values.set(`${index}`, largest);
    expect(codeOfSet(room.kept('two'), '227', largest)).to.equal('too-many');
    expect(room.kept('two').get('227')).to.equal(undefined);
    values.set('100', 'shorter');
    room.kept('two').set('227', largest);
    expect(codeOfSet(values, '100', largest)).to.equal('too-many');
    expect(values.get('100')).to.equal('shorter');
    values.delete('101');
    values.set('100', largest);
  });

  it('ends with the room, when everybody has been told', async () => {
    const values = room.kept('one');
    values.set('k', 1);
    const seen: unknown[] = [];
    rooms.watch({ roomOpened: () => undefined, happened: () => seen.push(values.get('k')) });
    room.close('over');
    expect(seen).to.deep.equal([1]);
    expect(entriesOf(values)).to.deep.equal({});
    expect(codeOfSet(values, 'k', 1)).to.equal('room-closed');
    expect(written.at(-1)).to.equal('closed');
    expect(entriesOf((await rooms.open('r')).kept('one'))).to.deep.equal({});
  });

  it('goes on in the next process, whose dialects hear of it before those in the room come back', () => {
    room.kept('one').set('session', { id: 's' });
    room.kept('one').keepsOpen = true;
    room.stays = false;
    joinAtOnce(rooms, 'r', { id: 'ana', attributes: attributesOf('ana') }, () => () => undefined);
    const record = roomsRecordSchema.parse(JSON.parse(JSON.stringify(rooms.record(() => undefined))));
    rooms.letGo();
    const next = roomsWith();
    const seen: unknown[] = [];
    next.watch({
      roomOpened: () => undefined,
      happened: () => undefined,
      restoring: (each) => seen.push(['restoring', entriesOf(each.kept('one')), each.size]),
      restored: (each) => seen.push(['restored', each.size]),
    });
    next.restore(record, (participant) => {
      seen.push(['comes back', entriesOf(participant.room.kept('one'))]);
      return { outbox: () => undefined };
    });
    expect(seen).to.deep.equal([
      ['restoring', { session: { id: 's' } }, 0],
      ['comes back', { session: { id: 's' } }],
      ['restored', 1],
    ]);
    next.find('r')?.find('ana')?.leave();
    expect(next.names, 'the dialect keeps it open').to.deep.equal(['r']);
  });

  it('is what the former process left, also where that knew of nothing kept', () => {
    const { rooms: all, refusals } = JSON.parse(JSON.stringify(rooms.record(() => undefined))) as {
      rooms: { kept?: unknown }[];
      refusals: unknown;
    };
    for (const each of all) delete each.kept;
    const next = roomsWith();
    next.restore(roomsRecordSchema.parse({ rooms: all, refusals }), () => undefined);
    expect(entriesOf(next.find('r')?.kept('one'))).to.deep.equal({});
  });

  it('is not there, and its dialect hears so, where the rest of the room cannot be restored', () => {
    room.kept('one').set('session', 1);
    joinAtOnce(rooms, 'r', { id: 'ana', attributes: attributesOf('ana') }, () => () => undefined);
    const record = rooms.record(() => undefined);
    const next = roomsWith();
    const seen: string[] = [];
    next.watch({
      roomOpened: () => undefined,
      happened: () => undefined,
      restoring: () => seen.push('restoring'),
      roomLetGo: () => seen.push('let go'),
    });
    expect(() => {
      next.restore(record, () => {
        throw new Error('a defect');
      });
    }).to.throw('a defect');
    expect(seen).to.deep.equal(['restoring', 'let go']);
    expect(next.names).to.deep.equal([]);
  });
});

describe('A room that a dialect keeps open', () => {
  it('stays without anybody in it until the last that keeps it open does not any more', async () => {
    const rooms = new Rooms(new FakeMedia());
    const room = await rooms.open('r', { keptOpenBy: 'one' });
    expect([room.stays, room.kept('one').keepsOpen, room.kept('two').keepsOpen]).to.deep.equal([false, true, false]);
    const join = () => joinAtOnce(rooms, 'r', { id: 'ana', attributes: attributesOf('ana') }, () => () => undefined);
    join().leave();
    room.kept('two').keepsOpen = true;
    room.kept('one').keepsOpen = false;
    expect(room.closed).to.equal(false);
    room.stays = true;
    room.kept('two').keepsOpen = false;
    expect(room.closed).to.equal(false);
    const ana = join();
    room.stays = false;
    expect(room.closed).to.equal(false);
    ana.leave();
    expect(room.closed).to.equal(true);
    expect(() => {
      room.kept('one').keepsOpen = true;
    }).to.throw('is closed');
  });

  it('does not close at the end of a wait that began before', async () => {
    const time = new ManualTime();
    const rooms = new Rooms(new FakeMedia(), { later: time.later });
    for (const keep of [
      (room: Room) => {
        room.stays = true;
      },
      (room: Room) => {
        room.kept('one').keepsOpen = true;
      },
    ]) {
      const room = await rooms.open('r', { stays: false, settings: { emptyTimeoutS: 10 } });
      keep(room);
      time.pass();
      expect(room.closed).to.equal(false);
      room.close('over');
    }
  });

  it('leaves nothing where it is not wanted any more', async () => {
    const time = new ManualTime();
    const rooms = new Rooms(new FakeMedia(), { later: time.later });
    const seen: string[] = [];
    rooms.watch({ roomOpened: () => seen.push('opened'), happened: (_room, { type }) => seen.push(type) });
    expect(await codeOf(rooms.open('r', { stays: false }, () => false))).to.equal('interrupted');
    const room = await rooms.open('r');
    time.pass();
    expect(rooms.find('r')).to.equal(room);
    expect(seen).to.deep.equal(['opened']);
  });
});
