import { expect } from 'chai';
import { OriginalRoom } from '../../client/original/room.js';
import type { OriginalStream } from '../../client/original/stream.js';
import { StubElement, StubStream, StubTrack, devices, inBrowserWorld } from './browser-world.js';
import { ScriptedServer, joined } from './scripted-server.js';

describe('the interface of the original browser library', () => {
  inBrowserWorld();
  const { setInterval, clearInterval } = globalThis;
  const ticking = new Set<unknown>();
  let server: ScriptedServer;
  let room: OriginalRoom;

  beforeEach(async () => {
    server = await ScriptedServer.start(({ method }) =>
      method === 'joinRoom' ? joined('one') : { result: { sdpAnswer: 'v=0' } },
    );
    room = new OriginalRoom({ room: 'garden', user: 'ana' }, { url: server.url, rpcParams: () => ({}) });
    const set = (run: () => void, ms?: number): unknown => {
      const timer = setInterval(run, ms);
      ticking.add(timer);
      return timer;
    };
    const clear = (timer: NodeJS.Timeout | undefined): void => {
      ticking.delete(timer);
      clearInterval(timer);
    };
    Object.assign(globalThis, { setInterval: set, clearInterval: clear });
  });

  afterEach(() => {
    room.leave();
    server.stop();
    for (const timer of ticking) clearInterval(timer as NodeJS.Timeout);
    ticking.clear();
    Object.assign(globalThis, { setInterval, clearInterval });
  });

  const heard = (emitter: OriginalRoom | OriginalStream, name: string): Promise<void> =>
    new Promise((resolve) => {
      emitter.addEventListener(name, () => {
        resolve();
      });
    });

  it('subscribes to nobody in a room that the page leaves directly after the join', async () => {
    room.addEventListener('room-connected', () => {
      room.leave();
    });
    const connected = heard(room, 'room-connected');
    room.connect();
    await connected;
    await new Promise((resolve) => setImmediate(resolve));
    expect(ticking.size).to.equal(0);
  });

  it('refuses requests before it is connected in the usual form', async () => {
    for (const refused of [room.request('any', {}), room.customRequest({}), room.say('hello')]) {
      expect(await refused.then(String, String)).to.include('not connected');
    }
  });

  it('shows the stream that comes back when it is published with loopback', async () => {
    const local = room.localStream({});
    local.subscribeToMyRemote();
    const camera = new StubTrack('video', 'camera');
    devices.stream = new StubStream([camera]);
    const accepted = heard(local, 'access-accepted');
    local.init();
    await accepted;
    const connected = heard(room, 'room-connected');
    room.connect();
    await connected;
    const video = local.playOnlyVideo(new StubElement() as unknown as HTMLElement);
    const published = heard(room, 'stream-published');
    local.publish();
    await published;
    const shown = (video.srcObject as unknown as StubStream).getTracks();
    expect(shown.map(({ label }) => label)).to.deep.equal(['camera, come back']);
    expect(local.isLocalMirrored()).to.equal(false);
  });
});
