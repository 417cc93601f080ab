import { expect } from 'chai';
import { Room } from '../../client/room.js';
import type { RoomOptions } from '../../client/room-options.js';
import { until } from '../support/until.js';
import { StubPeer, StubStream, StubTrack, inBrowserWorld } from './browser-world.js';
import { ScriptedServer } from './scripted-server.js';

const turn = (username: string) => [{ urls: ['turn:turn.example'], username, credential: 'c' }];

describe('ICE servers, as the client has them', () => {
  inBrowserWorld();
  let server: ScriptedServer;
  let room: Room;
  /** The features of each join. */
  const wished: unknown[] = [];

  afterEach(async () => {
    await room.leave();
    server.stop();
    wished.length = 0;
  });

  /** @param answers of joinRoom and, one after the other, of getIceServers */
  async function join(answers: (object | undefined)[], options: Partial<RoomOptions> = {}): Promise<void> {
    server = await ScriptedServer.start(({ method, params }) => {
      if (method === 'joinRoom') {
        wished.push(params.features);
        return { result: { value: [], sessionId: 'one', ...answers.shift() } };
      }
      if (method === 'getIceServers') return { result: answers.shift() ?? { iceServers: turn('last') } };
      return { result: { sdpAnswer: 'v=0' } };
    });
    room = new Room({ url: server.url, room: 'garden', user: 'ana', ...options });
    await room.join();
  }

  /** The configuration of the connection on which we publish. */
  async function published(): Promise<RTCConfiguration> {
    await room.publish(new StubStream([new StubTrack('video')]) as unknown as MediaStream);
    return configuration();
  }
  const configuration = (): RTCConfiguration => StubPeer.made.at(-1)?.getConfiguration() ?? {};

  it('are those that the server tells as it lets us in', async () => {
    await join([{ iceServers: turn('first') }]);
    expect(wished[0]).to.include('ice');
    expect(await published()).to.deep.equal({ iceServers: turn('first'), bundlePolicy: 'max-bundle' });
    expect(server.heard).to.not.include('1 getIceServers');
  });

  it('are asked for again before they expire, for the connections that there are', async () => {
    await join([{ iceServers: turn('first'), iceTtlS: 0.2 }, { iceServers: turn('second'), iceTtlS: 0.2 }, undefined]);
    const before = await published();
    expect(before.bundlePolicy).to.equal('max-bundle');
    await until('the third ones are there', () => configuration().iceServers?.[0]?.username === 'last');
    expect(configuration()).to.deep.equal({ ...before, iceServers: turn('last') });
    expect(server.heard.filter((each) => each === '1 getIceServers')).to.have.lengthOf(2);
  });

  it('are those of the page, if it has some, and nobody is asked', async () => {
    const own = [{ urls: 'stun:own.example' }];
    await join([{}], { iceServers: own });
    expect(wished[0]).to.not.include('ice');
    expect((await published()).iceServers).to.deep.equal(own);
  });
});
