import { expect } from 'chai';
import { Room, Speakers } from '../../client/index.js';
import { until } from '../support/until.js';
import { inBrowserWorld } from './browser-world.js';
import { ScriptedServer } from './scripted-server.js';

describe('speakers that the server tells of', () => {
  inBrowserWorld();

  it('are known to the room, and to those who mark them although nothing of them is received', async () => {
    const server = await ScriptedServer.start(({ method }) =>
      method === 'joinRoom' ? { result: { value: [{ id: 'bo' }, { id: 'cy' }], sessionId: 'one' } } : { result: {} },
    );
    const room = await Room.join({ url: server.url, room: 'garden', user: 'ana', autoSubscribe: false });
    const told: unknown[] = [];
    room.on('activeSpeakersChanged', (speakers) => told.push(speakers));
    const speakers = new Speakers(room, { intervalMs: 20 });
    const marked: string[] = [];
    for (const event of ['started', 'stopped'] as const) speakers.on(event, (name) => marked.push(`${name} ${event}`));
    const one = [{ id: 'bo', stream: 'webcam', level: 0.25 }];
    server.visits[0]?.tell('activeSpeakersChanged', { speakers: one });
    await until('it is marked', () => marked.length === 1);
    expect([room.activeSpeakers, speakers.levelOf('bo')]).to.deep.equal([one, 0.25]);
    // A server may send anything.
    server.visits[0]?.tell('activeSpeakersChanged', { speakers: [{ id: 7 }] });
    server.visits[0]?.tell('activeSpeakersChanged', { speakers: [] });
    await until('it is marked no more', () => marked.length === 2);
    expect(marked).to.deep.equal(['bo started', 'bo stopped']);
    expect(told).to.deep.equal([one, []]);
    await room.leave();
    server.stop();
  });
});
