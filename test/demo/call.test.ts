import { expect } from 'chai';
import { Room } from '../../client/room.js';
import { Call } from '../../demo/model/call.js';
import type { LocalMedia } from '../../demo/model/local-media.js';
import { until } from '../support/until.js';
import { inBrowserWorld } from '../client/browser-world.js';
import { ScriptedServer, joined, unknownSession } from '../client/scripted-server.js';

const settings = { thresholdDb: -50, speakerIntervalMs: 1000, hasHat: true };

/** Of somebody who listens only. */
const noMedia = { stream: { value: undefined }, onLost: () => () => undefined } as unknown as LocalMedia;

describe('the call as the page shows it', () => {
  inBrowserWorld();

  it('has no hat on after the server was restarted, so that it can be put on again', async () => {
    const server = await ScriptedServer.start(({ method }, visit) => {
      if (method === 'connect') return unknownSession;
      return method === 'joinRoom' ? joined(`session ${String(visit.number)}`) : { result: {} };
    });
    const room = new Room({ url: server.url, room: 'garden', user: 'ana' });
    await room.join();
    const call = new Call(room, noMedia, settings, () => undefined);
    await call.toggleHat();
    expect(call.hat.value).to.equal(true);
    const back = new Promise((resolve) => room.once('reconnected', resolve));
    server.visits[0]?.cut();
    expect(await back).to.equal(false);
    expect(call.hat.value).to.equal(false);
    await room.leave();
    server.stop();
  });

  it('says of nobody that they joined because the server was restarted', async () => {
    const others = { value: [{ id: 'berta' }, { id: 'carl' }] };
    const server = await ScriptedServer.start(({ method }, visit) => {
      if (method === 'connect') return unknownSession;
      if (method !== 'joinRoom') return { result: {} };
      return visit.number === 1 ? { result: { ...others, sessionId: 'one' } } : joined('two');
    });
    const room = new Room({ url: server.url, room: 'garden', user: 'ana' });
    await room.join();
    const call = new Call(room, noMedia, settings, () => undefined);
    const said = (): string[] => call.toasts.queue.value.map(({ text }) => text);
    const back = new Promise((resolve) => room.once('reconnected', resolve));
    server.visits[0]?.cut();
    await back;
    server.visits[1]?.tell('participantJoined', { id: 'berta' });
    server.visits[1]?.tell('participantJoined', { id: 'dora' });
    await until('both are there', () => call.others.value.length === 2);
    expect(said()).to.deep.equal(['dora joined.']);
    await room.leave();
    server.stop();
  });
});
