import { expect } from 'chai';
import { Rooms } from '../../rooms/index.js';
import { attributesOf, joinAtOnce } from '../rooms/stage.js';
import { doors, enter } from './doors.js';
import { DoorStage } from './stage.js';

/** Counts how often somebody looks at all rooms of the server. */
function countLooks(rooms: Rooms): () => number {
  let looks = 0;
  const all = Rooms.prototype[Symbol.iterator];
  Object.assign(rooms, {
    [Symbol.iterator]: () => {
      looks += 1;
      return all.call(rooms);
    },
  });
  return () => looks;
}

describe('A client that comes in, asks and leaves', () => {
  for (const roomList of ['public', 'admin', 'off'] as const) {
    it(`makes no door look at all rooms of the server, with ROOM_LIST=${roomList}`, async () => {
      const stage = new DoorStage({ roomList });
      await stage.start();
      const stranger = { id: 'stranger', attributes: attributesOf('stranger') };
      const strangers = ['one', 'two'].map((room) => joinAtOnce(stage.rooms, room, stranger, () => () => undefined));
      const looks = countLooks(stage.rooms);
      const looking: string[] = [];
      for (const [index, door] of doors.entries()) {
        const before = looks();
        const visitor = stage.keep(await enter(door, stage.origin, { name: `client${index}` }));
        // A client that asks for the list of all rooms is told of all rooms.
        const asksForList = roomList === 'public' && /^(EasyRTC|Orchestrator)/.test(door.name);
        if (!asksForList) await visitor.ask();
        if (looks() > before) looking.push(door.name);
      }
      const isListing = ({ name }: (typeof doors)[number]): boolean =>
        roomList === 'public' && name.startsWith('Orchestrator');
      // In these tests its clients find their session by the list.
      expect(looking).to.deep.equal(doors.filter(isListing).map(({ name }) => name));
      for (const participant of strangers) participant.leave();
      await stage.empty();
      await stage.stop();
    });
  }
});
