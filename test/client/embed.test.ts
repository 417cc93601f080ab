import { expect } from 'chai';
import { embed } from '../../client/embed.js';
import type { Room } from '../../client/room.js';
import { codeOf } from '../support/rejection.js';
import { until } from '../support/until.js';
import { StubElement, StubStream, StubTrack, devices, inBrowserWorld } from './browser-world.js';
import { ScriptedServer, joined, nameTaken, type Script } from './scripted-server.js';

describe('a call in an element of a page', () => {
  inBrowserWorld();
  let server: ScriptedServer;
  let element: StubElement;
  let room: Room | undefined;

  beforeEach(() => {
    element = new StubElement();
    room = undefined;
  });

  afterEach(async () => {
    await room?.leave();
    server.stop();
  });

  async function call(script: Script): Promise<Room> {
    server = await ScriptedServer.start(script);
    room = await embed(element as unknown as HTMLElement, { url: server.url, room: 'garden', user: 'ana' });
    return room;
  }

  it('leaves the element unchanged when the join fails', async () => {
    expect(await codeOf(call(() => nameTaken))).to.equal('name-taken');
    expect([...element.children]).to.deep.equal([]);
  });

  it('switches the camera off when what it publishes is refused', async () => {
    const camera = new StubTrack('video');
    devices.stream = new StubStream([camera]);
    const refused = { error: { code: 302, message: 'nothing in the offer can be served' } };
    const calling = call(({ method }) => {
      if (method === 'joinRoom') return joined('one');
      return method === 'publishVideo' ? refused : { result: {} };
    });
    expect(await codeOf(calling)).to.equal('media-refused');
    expect([[...element.children], camera.readyState]).to.deep.equal([[], 'ended']);
    await until('it has left', () => server.heard.includes('1 leaveRoom'));
  });

  it('removes the picture of a participant that has left', async () => {
    await call(({ method }) => (method === 'joinRoom' ? joined('one') : { result: { sdpAnswer: 'v=0' } }));
    const [visit] = server.visits;
    const [grid] = element.children;
    for (const turn of [1, 2]) {
      visit?.tell('participantJoined', { id: 'berta' });
      visit?.tell('participantPublished', { id: 'berta', streams: [{ id: 'webcam' }] });
      await until(`berta is shown, time ${String(turn)}`, () => grid?.children.size === 1);
      const [picture] = grid?.children ?? [];
      expect(picture).to.have.property('srcObject').that.is.not.null;
      visit?.tell('participantLeft', { name: 'berta' });
      await until('the picture is gone', () => grid?.children.size === 0);
      expect(picture, 'a video off the page holds no frames').to.have.property('srcObject', null);
    }
  });
});
