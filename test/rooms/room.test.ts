import { expect } from 'chai';
import { codeOf } from '../support/rejection.js';
import type { Participant } from '../../rooms/index.js';
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

  /** A participant of a protocol that knows people by other ids. */
  const outsider = (stage: Stage, id: string, displayName: string): Participant =>
    joinAtOnce(stage.rooms, 'r1', { id, attributes: { ...attributesOf(displayName), dialect: 'other' } }, () => nobody);

  it('makes the name of a participant with an id unique', async () => {
    const stage = new Stage();
    expect(stage.join('ana').name).to.equal('ana');
    expect(outsider(stage, 'Qm3nV9xK', 'ana').name).to.equal('ana-Qm3n');
    expect(outsider(stage, 'Qm3nXXXX', 'ana').name).to.equal('ana-Qm3nXXXX');
    stage.join('cleo');
    stage.join('cleo-c');
    expect(outsider(stage, 'c', 'cleo').name, 'everything is taken').to.equal('cleo-c-2');
    expect(await stage.refused('cleo'), 'by the same protocol').to.equal('participant-exists');
  });

  it('gives a participant that is known by name its name, whoever of another protocol has it', () => {
    const stage = new Stage();
    const ana = stage.join('ana');
    const berta = outsider(stage, 'b8TfR0sY', 'berta');
    expect(berta.name).to.equal('berta');
    const newcomer = stage.join('berta');
    expect([newcomer.name, berta.name]).to.deep.equal(['berta', 'berta-b8Tf']);
    expect(berta.room.findByName('berta')).to.equal(newcomer);
    expect(berta.room.findByName('berta-b8Tf')).to.equal(berta);
    const present = 'participantJoined b8TfR0sY';
    expect(stage.told(ana)).to.deep.equal([present, 'participantRenamed berta berta-b8Tf', 'participantJoined berta']);
    expect(stage.told(newcomer), 'it sees the longer name from the beginning').to.deep.equal([]);
    newcomer.leave();
    expect(berta.name, 'the longer name stays').to.equal('berta-b8Tf');
    expect(stage.join('berta-b8Tf').name).to.equal('berta-b8Tf');
    expect(berta.name).to.equal('berta-b8TfR0sY');
  });

  it('takes no name away for a newcomer that has gone before it was in', () => {
    const stage = new Stage();
    const ana = stage.join('ana');
    const berta = outsider(stage, 'b8TfR0sY', 'berta');
    const attributes = attributesOf('berta');
    expect(() => joinAtOnce(stage.rooms, 'r1', { id: 'berta', attributes }, () => undefined)).not.to.throw();
    expect(berta.name).to.equal('berta');
    expect(berta.room.findByName('berta')).to.equal(berta);
    expect(stage.told(ana)).to.deep.equal(['participantJoined b8TfR0sY']);
  });

  it('lets nobody in of another protocol stand in the way by its id', async () => {
    const stage = new Stage();
    stage.join('Qm3nV9xK');
    const other = outsider(stage, 'Qm3nV9xK', 'ana');
    expect([other.id, other.name]).to.deep.equal(['Qm3nV9xK-2', 'ana']);
    expect(other.room.find('Qm3nV9xK-2')).to.equal(other);
    outsider(stage, 'b8TfR0sY', 'berta');
    const named = stage.join('b8TfR0sY');
    expect([named.id, named.name]).to.deep.equal(['b8TfR0sY-2', 'b8TfR0sY']);
    expect(await stage.refused('b8TfR0sY'), 'its own protocol has the name').to.equal('participant-exists');
    expect(other.room.size).to.equal(4);
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
