import { expect } from 'chai';
import type { AccessRequest, Authorize, Enter, Participant, RoomEvent } from '../../rooms/index.js';
import { RoomError, Rooms, anybody, openedBy } from '../../rooms/index.js';
import { FakeMedia } from '../support/fake-media.js';
import { codeOf } from '../support/rejection.js';
import { attributesOf, joinAtOnce, Stage } from './stage.js';

const newcomer = (id: string) => ({ id, attributes: attributesOf(id) });
const silent: Enter = () => () => undefined;

/** Rooms whose `authorize` waits until it is answered. */
function heldRooms() {
  const asked: AccessRequest[] = [];
  const answers: ((error?: Error) => void)[] = [];
  const authorize: Authorize = (request) => {
    asked.push(request);
    return new Promise<undefined>((resolve, reject) => {
      answers.push((error) => {
        if (error) reject(error);
        else resolve(undefined);
      });
    });
  };
  const rooms = new Rooms(new FakeMedia(), { authorize });
  const answer = (error?: Error): void => answers.shift()?.(error);
  return { rooms, asked, answer };
}

describe('the entrance of the rooms', () => {
  it('hands out the participant before anybody is told, and the newcomer is in the room while the others are told', () => {
    const stage = new Stage();
    const { rooms } = stage;
    const seen: string[] = [];
    let berta: Participant | undefined;
    const watch = (event: RoomEvent): void => {
      if (event.type !== 'participantJoined') return;
      expect(event.participant, 'known to the caller').to.equal(berta);
      seen.push([...event.participant.room.participants].map(({ id }) => id).join());
    };
    joinAtOnce(rooms, 'r1', newcomer('ana'), () => watch);
    joinAtOnce(rooms, 'r1', newcomer('berta'), (participant) => {
      berta = participant;
      expect(seen, 'nobody was told yet').to.deep.equal([]);
      expect(rooms.find('r1')?.find('berta')).to.equal(participant);
      return () => undefined;
    });
    expect(seen).to.deep.equal(['ana,berta']);
  });

  it('is one step where nothing is asked: the others are told before `join` returns', () => {
    const stage = new Stage();
    const ana = stage.join('ana');
    const joining = stage.rooms.join('r1', newcomer('berta'), silent);
    expect(stage.told(ana)).to.deep.equal(['participantJoined berta']);
    return joining;
  });

  for (const [why, enter, code] of [
    ['a client that has gone', () => undefined, 'interrupted'],
    [
      'a client for which it throws',
      () => {
        throw new RoomError('room-refused', 'full');
      },
      'room-refused',
    ],
  ] as const) {
    it(`of ${why} leaves nothing: no event, no room, and the name is free`, async () => {
      const stage = new Stage();
      const seen: string[] = [];
      stage.rooms.watch({
        roomOpened: ({ name }) => seen.push(name),
        happened: (_room, { type }) => seen.push(type),
      });
      expect(await codeOf(stage.rooms.join('r1', newcomer('berta'), enter))).to.equal(code);
      expect(stage.rooms.names).to.deep.equal([]);
      expect(seen).to.deep.equal([]);
      const ana = stage.join('ana');
      expect(await codeOf(stage.rooms.join('r1', newcomer('berta'), enter))).to.equal(code);
      expect(stage.told(ana)).to.deep.equal([]);
      expect(ana.room.size).to.equal(1);
      expect(stage.join('berta').name).to.equal('berta');
    });
  }

  it('asks who wants what, and joins when it is answered', async () => {
    const { rooms, asked, answer } = heldRooms();
    const joining = rooms.join('r1', newcomer('ana'), silent);
    expect(asked).to.deep.equal([
      { action: 'join', room: 'r1', opens: true, bearer: anybody, id: 'ana', attributes: attributesOf('ana') },
    ]);
    expect(rooms.names).to.deep.equal([]);
    answer();
    const ana = await joining;
    const second = rooms.join(ana.room, newcomer('berta'), silent);
    expect(asked.at(-1)).to.include({ room: 'r1', opens: false, id: 'berta' });
    answer(new RoomError('room-refused', 'not you'));
    expect(await codeOf(second)).to.equal('room-refused');
    expect(ana.room.size).to.equal(1);
  });

  it('asks again when the room has closed meanwhile and would have to be opened', async () => {
    const { rooms, asked, answer } = heldRooms();
    const first = rooms.join('r1', newcomer('ana'), silent);
    answer();
    const ana = await first;
    const joining = rooms.join('r1', newcomer('berta'), silent);
    ana.leave();
    answer();
    await new Promise((resolve) => setImmediate(resolve));
    expect(asked.map(({ id, opens }) => [id, opens])).to.deep.equal([
      ['ana', true],
      ['berta', false],
      ['berta', true],
    ]);
    answer();
    expect((await joining).room.size).to.equal(1);
  });

  it('lets a room that is given as such close meanwhile, and refuses then', async () => {
    const { rooms, answer } = heldRooms();
    const first = rooms.join('r1', newcomer('ana'), silent);
    answer();
    const { room } = await first;
    const joining = rooms.join(room, newcomer('berta'), silent);
    room.close('asked to');
    answer();
    expect(await codeOf(joining)).to.equal('room-closed');
    expect(rooms.names).to.deep.equal([]);
  });

  it('refuses the second of two who are admitted under one name at the same time', async () => {
    const { rooms, answer } = heldRooms();
    const both = [
      rooms.join('r1', newcomer('ana'), silent),
      codeOf(rooms.join('r1', newcomer('ana'), silent)),
    ] as const;
    answer();
    answer();
    await both[0];
    expect(await both[1]).to.equal('participant-exists');
  });

  it('lets a dialect make place for the newcomer, once it is admitted', async () => {
    const { rooms, answer } = heldRooms();
    const first = rooms.join('r1', newcomer('ana'), silent);
    answer();
    const former = await first;
    const again = () =>
      rooms.join(
        'r1',
        {
          ...newcomer('ana'),
          makePlace: (present) => {
            present.leave();
          },
        },
        silent,
      );
    const refused = codeOf(again());
    answer(new RoomError('room-refused', 'not you'));
    expect(await refused).to.equal('room-refused');
    expect(former.closed, 'nothing has changed').to.equal(false);
    const joining = again();
    answer();
    await new Promise((resolve) => setImmediate(resolve));
    expect(former.closed).to.equal(true);
    // The room closed with its last participant: to open one is another question.
    answer();
    expect((await joining).room.size).to.equal(1);
  });

  it('asks before a room is opened for a client, and not when the server opens it', async () => {
    const { rooms, asked, answer } = heldRooms();
    await rooms.open('lobby');
    expect(asked).to.deep.equal([]);
    const by = attributesOf('ana');
    const opening = rooms.open('hall', { title: 'The hall', by });
    expect(asked).to.deep.equal([
      { action: 'open', room: 'hall', opens: true, bearer: anybody, id: undefined, attributes: by },
    ]);
    expect(rooms.find('hall')).to.equal(undefined);
    answer();
    expect((await opening).title).to.equal('The hall');
    const unwanted = rooms.open('cellar', { by }, () => false);
    answer();
    expect(await codeOf(unwanted)).to.equal('interrupted');
    expect(rooms.find('cellar')).to.equal(undefined);
  });

  it('opens rooms for creators only, and lets everybody into those that are there', async () => {
    const rooms = new Rooms(new FakeMedia(), { authorize: openedBy(/^host/) });
    expect(await codeOf(rooms.join('r1', newcomer('ana'), silent))).to.equal('room-refused');
    expect(await codeOf(rooms.open('r1', { by: attributesOf('ana') }))).to.equal('room-refused');
    expect(rooms.names).to.deep.equal([]);
    await rooms.join('r1', newcomer('host'), silent);
    await rooms.join('r1', newcomer('ana'), silent);
    expect(rooms.find('r1')?.size).to.equal(2);
  });
});
