import { expect } from 'chai';
import { codeOf } from '../support/rejection.js';
import { Stage, attributesOf, joinAtOnce } from './stage.js';

function nobody(): void {
  // An outbox.
}

describe('room', () => {
  it('exists from the first participant to the last', () => {
    const stage = new Stage();
    const ana = stage.join('ana');
    const berta = stage.join('berta');
    expect(stage.rooms.names).to.deep.equal(['r1']);
    ana.leave();
    expect(stage.rooms.names).to.deep.equal(['r1']);
    berta.leave();
    expect(stage.rooms.names).to.deep.equal([]);
    expect(stage.rooms.find('r1')).to.equal(undefined);
  });

  it('tells the present participants of a newcomer, and the newcomer nothing about itself', () => {
    const stage = new Stage();
    const ana = stage.join('ana');
    const berta = stage.join('berta');
    expect(stage.told(ana)).to.deep.equal(['participantJoined berta']);
    expect(stage.told(berta)).to.deep.equal([]);
  });

  it('refuses a second participant with the same id with participant-exists', async () => {
    const stage = new Stage();
    const ana = stage.join('ana');
    expect(await stage.refused('ana')).to.equal('participant-exists');
    expect(stage.told(ana)).to.deep.equal([]);
    expect(stage.rooms.find('r1')?.find('ana')).to.equal(ana);
  });

  it('accepts the same name in another room', () => {
    const stage = new Stage();
    stage.join('ana', 'r1');
    stage.join('ana', 'r2');
    expect(stage.rooms.names).to.have.members(['r1', 'r2']);
  });

  it('accepts any name except the empty one, also names of built-in members', async () => {
    const stage = new Stage();
    for (const name of ['__proto__', 'constructor', ' ', 'a_b_webcam', '名前', 'toString']) stage.join(name, name);
    expect(stage.rooms.names).to.have.lengthOf(6);
    expect(await stage.refused('', 'new')).to.equal('invalid-name');
    expect(await stage.refused('ana', '')).to.equal('invalid-name');
    expect(stage.rooms.names, 'a refused join leaves no room behind').to.have.lengthOf(6);
  });

  it('makes the name of a participant with an id unique, and refuses a taken name of people known by name', async () => {
    const stage = new Stage();
    const join = (id: string, displayName: string): string =>
      joinAtOnce(
        stage.rooms,
        'r1',
        { id, attributes: { ...attributesOf(displayName), dialect: 'other' } },
        () => nobody,
      ).name;
    expect(stage.join('ana').name).to.equal('ana');
    expect(join('Qm3nV9xK', 'ana')).to.equal('ana-Qm3n');
    expect(join('Qm3nXXXX', 'ana')).to.equal('ana-Qm3nXXXX');
    expect(join('b8TfR0sY', 'berta')).to.equal('berta');
    expect(await stage.refused('berta'), 'shown to those who know people by name').to.equal('participant-exists');
    const room = stage.rooms.find('r1');
    expect(room?.findByName('berta')?.id).to.equal('b8TfR0sY');
    room?.findByName('berta')?.leave();
    expect(stage.join('berta').name, 'free again').to.equal('berta');
  });

  it('can be opened empty, and stays until it is released', async () => {
    const stage = new Stage();
    const room = await stage.rooms.open('r1', { title: 'The first' });
    expect(room.title).to.equal('The first');
    expect(await codeOf(stage.rooms.open('r1'))).to.equal('room-exists');
    expect(await codeOf(stage.rooms.open(''))).to.equal('invalid-name');
    stage.join('ana').leave();
    expect(stage.rooms.names).to.deep.equal(['r1']);
    const berta = stage.join('berta');
    room.stays = false;
    expect(stage.rooms.names).to.deep.equal(['r1']);
    berta.leave();
    expect(stage.rooms.names).to.deep.equal([]);
    (await stage.rooms.open('r2')).stays = false;
    expect(stage.rooms.names, 'empty already').to.deep.equal([]);
  });

  it('sends a text to one participant if its protocol has private texts, and refuses it otherwise', async () => {
    const stage = new Stage();
    const ana = stage.join('ana');
    const told: string[] = [];
    const takes = { ...attributesOf('Berta'), hearsPrivateTexts: true };
    const berta = joinAtOnce(stage.rooms, 'r1', { id: 'b8Tf', attributes: takes }, () => (event) => {
      if (event.type === 'textSaid') told.push(`${event.from.name} to ${event.to?.name ?? 'all'}: ${event.text}`);
    });
    ana.say('psst', berta);
    ana.say('hello');
    expect(told).to.deep.equal(['ana to Berta: psst', 'ana to all: hello']);
    expect(
      await codeOf(() => {
        berta.say('what?', ana);
      }),
    ).to.equal('private-text-refused');
    berta.leave();
    expect(
      await codeOf(() => {
        ana.say('still there?', berta);
      }),
    ).to.equal('participant-not-found');
  });

  it('sends a text to everybody, including the speaker', () => {
    const stage = new Stage();
    const ana = stage.join('ana');
    const berta = stage.join('berta');
    const carla = stage.join('carla', 'r2');
    berta.say('hello');
    expect(stage.told(ana)).to.include('textSaid berta hello');
    expect(stage.told(berta)).to.include('textSaid berta hello');
    expect(stage.told(carla)).to.deep.equal([]);
  });

  it('hands the same event object to everybody, so that it can be encoded once', () => {
    const stage = new Stage();
    const ana = stage.join('ana');
    const berta = stage.join('berta');
    berta.say('hello');
    expect(stage.events(ana).at(-1)).to.equal(stage.events(berta).at(-1));
  });

  it('tells the others when somebody leaves, once', () => {
    const stage = new Stage();
    const ana = stage.join('ana');
    const berta = stage.join('berta');
    berta.leave();
    berta.leave();
    expect(stage.told(ana)).to.deep.equal(['participantJoined berta', 'participantLeft berta']);
    expect(stage.told(berta)).to.deep.equal([]);
  });

  it('evicts: the others are told first, then the evicted participant', () => {
    const stage = new Stage();
    const ana = stage.join('ana');
    const berta = stage.join('berta');
    ana.room.evict(berta);
    ana.room.evict(berta);
    expect(stage.told(ana)).to.deep.equal(['participantJoined berta', 'participantLeft berta']);
    expect(stage.told(berta)).to.deep.equal(['participantEvicted berta']);
  });

  it('closes with everybody in it: each is told roomClosed and nothing else', async () => {
    const stage = new Stage();
    const ana = stage.join('ana');
    const berta = stage.join('berta');
    ana.room.close('asked to');
    ana.room.close('again');
    expect(stage.told(ana)).to.deep.equal(['participantJoined berta', 'roomClosed r1 asked to']);
    expect(stage.told(berta)).to.deep.equal(['roomClosed r1 asked to']);
    expect(stage.rooms.names).to.deep.equal([]);
    const carla = { id: 'carla', attributes: attributesOf('carla') };
    expect(await codeOf(stage.rooms.join(ana.room, carla, () => nobody))).to.equal('room-closed');
  });

  it('is a new room when somebody joins under the name of a closed one', () => {
    const stage = new Stage();
    const first = stage.join('ana').room;
    first.close('done');
    expect(stage.join('ana').room).to.not.equal(first);
  });

  it('is not opened without capacity for its media, and leaves nothing; existing rooms admit everybody', async () => {
    const stage = new Stage();
    stage.join('ana');
    stage.media.hasCapacity = false;
    expect(await stage.refused('ana', 'r2')).to.equal('room-refused');
    expect(stage.rooms.names).to.deep.equal(['r1']);
    stage.join('berta');
    stage.media.hasCapacity = true;
    stage.join('ana', 'r2');
  });

  it('refuses every call of a participant that has left', async () => {
    const stage = new Stage();
    const ana = stage.join('ana');
    const berta = stage.join('berta');
    berta.leave();
    const candidate = { candidate: 'candidate:1', sdpMid: '0', sdpMLineIndex: 0 };
    const calls = [
      () => {
        berta.say('hello');
      },
      () => {
        berta.unpublish();
      },
      () => {
        berta.unsubscribe(ana);
      },
      () => {
        berta.addCandidate(ana, candidate);
      },
      () => berta.publish('v=0'),
      () => berta.subscribe(ana, 'v=0'),
    ];
    for (const call of calls) expect(await codeOf(call)).to.equal('participant-closed');
  });
});
