import { expect } from 'chai';
import { RoomError, Rooms } from '../../rooms/index.js';
import { FakeMedia } from '../support/fake-media.js';
import { attributesOf } from './stage.js';

describe('Rooms that may be kept elsewhere', () => {
  const newcomer = { id: 'ana', attributes: attributesOf('ana') };

  it('are fetched before anybody comes in or opens one, and looked at again then', async () => {
    const media = new FakeMedia();
    const former = new Rooms(media);
    await former.open('r', { settings: { title: 'As it was' } });
    const record = former.record(() => undefined);
    former.letGo();
    const fetched: string[] = [];
    const rooms: Rooms = new Rooms(media, {
      fetch: (name) => {
        if (fetched.includes(name)) return undefined;
        return Promise.resolve().then(() => {
          fetched.push(name);
          if (name === 'r') rooms.restore(record, () => undefined);
        });
      },
    });
    expect((await rooms.join('r', newcomer, () => () => undefined)).room.title).to.equal('As it was');
    await rooms.join('r', { ...newcomer, id: 'ben' }, () => () => undefined);
    expect(fetched).to.deep.equal(['r']);
    expect((await rooms.open('other')).name).to.equal('other');
    expect(fetched).to.deep.equal(['r', 'other']);
  });

  it('stay closed to those that ask where they cannot be had', async () => {
    const elsewhere = new RoomError('interrupted', 'It is elsewhere', { retry: true });
    const rooms = new Rooms(new FakeMedia(), { fetch: () => Promise.reject(elsewhere) });
    const refused = async (asked: Promise<unknown>): Promise<unknown> => asked.catch((error: unknown) => error);
    expect(await refused(rooms.join('r', newcomer, () => () => undefined))).to.equal(elsewhere);
    expect(await refused(rooms.open('r'))).to.equal(elsewhere);
    expect(await refused(rooms.join('', newcomer, () => () => undefined))).to.include({ code: 'invalid-name' });
    expect(rooms.names).to.deep.equal([]);
  });

  it('are let go one by one', async () => {
    const rooms = new Rooms(new FakeMedia());
    await rooms.open('r');
    await rooms.open('s');
    rooms.letGo('r');
    expect(rooms.names).to.deep.equal(['s']);
  });
});
