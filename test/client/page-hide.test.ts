import { expect } from 'chai';
import { Room } from '../../client/room.js';
import type { RoomOptions } from '../../client/room-options.js';
import { until } from '../support/until.js';
import { inBrowserWorld, page } from './browser-world.js';
import { ScriptedServer, joined } from './scripted-server.js';

describe('a page that goes away', () => {
  inBrowserWorld();
  let server: ScriptedServer;
  let room: Room;
  let ends: string[];

  async function enter(options: Partial<RoomOptions> = {}): Promise<void> {
    server = await ScriptedServer.start(({ method }) => (method === 'joinRoom' ? joined('one') : { result: {} }));
    room = new Room({ url: server.url, room: 'garden', user: 'ana', ...options });
    ends = [];
    room.on('closed', (reason) => ends.push(reason));
    await room.join();
  }

  afterEach(async () => {
    await room.leave();
    server.stop();
  });

  const shown = (persisted: boolean) => Object.assign(new Event('pageshow'), { persisted });

  it('leaves at once, and is told of it should the browser show it again', async () => {
    await enter();
    page.dispatchEvent(new Event('pagehide'));
    await until('it has left', () => server.heard.includes('1 leaveRoom'));
    await until('its connection is closed', () => server.visits[0]?.closed ?? false);
    expect([ends, server.visits.length]).to.deep.equal([[], 1]);
    page.dispatchEvent(shown(true));
    expect([ends, room.state]).to.deep.equal([['disconnected'], 'closed']);
  });

  it('stays where its developer wants that', async () => {
    await enter({ leaveOnPageHide: false });
    page.dispatchEvent(new Event('pagehide'));
    page.dispatchEvent(shown(true));
    await room.chat('still here');
    expect([ends, server.heard]).to.deep.equal([[], ['1 joinRoom', '1 sendMessage']]);
  });

  it('has nothing to leave any more once the room is closed', async () => {
    await enter();
    await room.leave();
    page.dispatchEvent(new Event('pagehide'));
    page.dispatchEvent(shown(true));
    expect([ends, server.heard]).to.deep.equal([['left'], ['1 joinRoom', '1 leaveRoom']]);
  });
});
