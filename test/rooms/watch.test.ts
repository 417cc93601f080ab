import { expect } from 'chai';
import { Rooms } from '../../rooms/index.js';
import { FakeMedia } from '../support/fake-media.js';
import { codeOf } from '../support/rejection.js';

describe('a watcher of the rooms', () => {
  it('sees every room from its opening to its end, until it is told to stop', async () => {
    const rooms = new Rooms(new FakeMedia());
    const seen: string[] = [];
    const stop = rooms.watch({
      roomOpened: (room) => seen.push(`${room.name} opened`),
      happened: (room, { type }) => seen.push(`${room.name} ${type}`),
    });
    const attributes = { displayName: 'ada', dialect: 'test', hearsPrivateTexts: true };
    const newcomer = { id: 'ada', attributes };
    const ada = await rooms.join('lab', newcomer, () => (event) => seen.push(`ada ${event.type}`));
    ada.say('hello');
    ada.leave();
    (await rooms.open('hall')).close('over');
    expect(await codeOf(rooms.join('attic', { id: '', attributes }, () => () => undefined))).to.equal('invalid-name');
    stop();
    await rooms.open('cellar');
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

  it('is told which room another process goes on with, though those in it are told nothing', async () => {
    const rooms = new Rooms(new FakeMedia());
    const seen: string[] = [];
    const attributes = { displayName: 'ada', dialect: 'test', hearsPrivateTexts: true };
    for (const room of ['lab', 'attic']) {
      await rooms.join(room, { id: 'ada', attributes }, () => (event) => seen.push(`ada ${event.type}`));
    }
    rooms.watch({
      roomOpened: ({ name }) => seen.push(`${name} opened`),
      happened: ({ name }, { type }) => seen.push(`${name} ${type}`),
      roomLetGo: ({ name, closed }) => seen.push(`${name} let go${closed ? ', closed' : ''}`),
    });
    rooms.letGo('lab');
    expect(seen).to.deep.equal(['lab let go, closed']);
    expect(rooms.names).to.deep.equal(['attic']);
  });
});
