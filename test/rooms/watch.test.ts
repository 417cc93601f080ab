import { expect } from 'chai';
import { Rooms } from '../../rooms/rooms.js';
import { FakeMedia } from '../support/fake-media.js';

describe('a watcher of the rooms', () => {
  it('sees every room from its opening to its end, until it is told to stop', () => {
    const rooms = new Rooms(new FakeMedia());
    const seen: string[] = [];
    const stop = rooms.watch({
      roomOpened: (room) => seen.push(`${room.name} opened`),
      happened: (room, { type }) => seen.push(`${room.name} ${type}`),
    });
    const attributes = { displayName: 'ada', dialect: 'test', takesPrivateText: true };
    const ada = rooms.join('lab', 'ada', attributes, (event) => seen.push(`ada ${event.type}`));
    ada.say('hello');
    ada.leave();
    rooms.open('hall').close('over');
    expect(() => rooms.join('attic', '', attributes, () => undefined)).to.throw();
    stop();
    rooms.open('cellar');
    expect(seen).to.deep.equal([
      'lab opened',
      'lab participantJoined',
      'ada textSaid',
      'lab textSaid',
      'lab participantLeft',
      'lab roomClosed',
      'hall opened',
      'hall roomClosed',
    ]);
  });
});
