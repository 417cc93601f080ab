import { expect } from 'chai';
import { ClientError } from '../../client/errors.js';
import type { LocalPublication } from '../../client/local-publication.js';
import type { PublishOptions } from '../../client/publish-options.js';
import { Room } from '../../client/room.js';
import { until } from '../support/until.js';
import { StubPeer, StubStream, StubTrack, devices, inBrowserWorld, screens } from './browser-world.js';
import { ScriptedServer } from './scripted-server.js';

describe('our own camera and microphone in a room', () => {
  inBrowserWorld();
  let server: ScriptedServer;
  let room: Room;
  let camera: StubTrack;
  let microphone: StubTrack;
  /** What the server was told of our state, one object for each request. */
  let told: object[];

  beforeEach(async () => {
    told = [];
    server = await ScriptedServer.start(({ method, params }) => {
      if (method === 'joinRoom') return { result: { value: [], sessionId: 'one', features: ['state'] } };
      if (method === 'updateState') told.push(stateIn(params));
      return { result: method === 'publishVideo' ? { sdpAnswer: 'v=0' } : {} };
    });
    room = new Room({ url: server.url, room: 'garden', user: 'ana' });
    await room.join();
    camera = new StubTrack('video', 'camera');
    microphone = new StubTrack('audio', 'microphone');
  });

  afterEach(async () => {
    await room.leave();
    server.stop();
  });

  const publish = (tracks: readonly StubTrack[], options: PublishOptions = {}): Promise<LocalPublication> =>
    room.publish(new StubStream(tracks) as unknown as MediaStream, options);
  const sent = (): string[] | undefined => StubPeer.made.at(-1)?.sent;

  /** The browser opens it when it is asked for a device. */
  function plugIn(track: StubTrack): StubTrack {
    devices.stream = new StubStream([track]);
    return track;
  }

  it('off stops the camera, sends nothing in its place and tells the others', async () => {
    const publication = await publish([microphone, camera]);
    await publication.setCamera(false);
    expect([camera.readyState, microphone.readyState]).to.deep.equal(['ended', 'live']);
    expect(sent()).to.deep.equal(['microphone']);
    expect(publication.isMuted('video')).to.equal(true);
    await until('the others are told', () => told.length === 1);
    expect(told).to.deep.equal([{ video: false }]);
  });

  it('on again is another track on the same connection', async () => {
    const publication = await publish([microphone, camera]);
    await publication.setCamera(false);
    plugIn(new StubTrack('video', 'opened again'));
    await publication.setCamera(true);
    expect(sent()).to.deep.equal(['microphone', 'opened again']);
    expect(StubPeer.made).to.have.lengthOf(1);
    await until('the others are told', () => told.length === 2);
    expect(told[1]).to.deep.equal({ video: true });
  });

  it('that is turned on while it is being turned off stays on', async () => {
    const publication = await publish([microphone, camera]);
    const off = publication.setCamera(false);
    plugIn(new StubTrack('video', 'opened again'));
    await publication.setCamera(true);
    await off;
    expect(camera.readyState).to.equal('ended');
    expect(sent()).to.deep.equal(['microphone', 'opened again']);
  });

  it('that was off when we published comes without another negotiation', async () => {
    const publication = await publish([microphone], { kinds: ['audio', 'video'] });
    expect(told).to.deep.equal([{ video: false }]);
    await publication.replaceTrack(camera as unknown as MediaStreamTrack);
    expect(sent()).to.deep.equal(['microphone', 'camera']);
    expect(StubPeer.made).to.have.lengthOf(1);
  });

  it('off while the screen is shown in its place is off after the screen, too', async () => {
    const publication = await publish([microphone, camera]);
    screens.push(() => Promise.resolve(new StubStream([new StubTrack('video', 'screen')])));
    await publication.shareScreen();
    await publication.setCamera(false);
    expect([camera.readyState, sent()]).to.deep.equal(['ended', ['microphone', 'screen']]);
    await publication.stopSharing();
    await until('the screen is not sent any more', () => sent()?.length === 1);
    expect(sent()).to.deep.equal(['microphone']);
  });

  it('is switched, and the former one is stopped; a muted microphone stays muted', async () => {
    const publication = await publish([microphone, camera]);
    const other = plugIn(new StubTrack('video', 'other camera'));
    await publication.setCamera('other');
    publication.mute('audio');
    const headset = plugIn(new StubTrack('audio', 'headset'));
    await publication.setMicrophone('headset');
    expect([camera.readyState, microphone.readyState, other.readyState]).to.deep.equal(['ended', 'ended', 'live']);
    expect(sent()).to.deep.equal(['headset', 'other camera']);
    expect(headset.enabled).to.equal(false);
  });

  it('that is unplugged is told as lost, and the others are told', async () => {
    const publication = await publish([microphone, camera]);
    const lost: string[] = [];
    publication.on('deviceLost', (kind) => lost.push(kind));
    camera.unplug();
    microphone.unplug();
    expect(lost).to.deep.equal(['video', 'audio']);
    await until('the others are told', () => told.length === 2);
    expect(told).to.deep.equal([{ video: false }, { audio: false }]);
  });

  it('that is unplugged is replaced by another one on the same connection', async () => {
    const publication = await publish([microphone, camera]);
    publication.on('deviceLost', () => {
      plugIn(new StubTrack('video', 'next camera'));
      void publication.setCamera(true);
    });
    camera.unplug();
    await until('the next one is sent', () => sent()?.includes('next camera') === true);
    expect(StubPeer.made).to.have.lengthOf(1);
  });

  it('that is turned on and off in haste is as the last call wants it, and no other one stays open', async () => {
    const publication = await publish([microphone, camera]);
    const opened: StubTrack[] = [];
    const turn = (wish: boolean): Promise<void> => {
      if (wish) opened.push(plugIn(new StubTrack('video', `opened ${opened.length}`)));
      return publication.setCamera(wish);
    };
    await Promise.all([turn(true), turn(true)]);
    expect([camera, ...opened].map(({ readyState }) => readyState)).to.deep.equal(['ended', 'ended', 'live']);
    expect(sent()).to.include('opened 1');
    await Promise.all([turn(true), turn(false)]);
    expect([camera, ...opened].map(({ readyState }) => readyState)).to.not.include('live');
    expect(sent()).to.deep.equal(['microphone']);
  });

  it('is not opened for a publication that has ended, and tells nothing of it', async () => {
    const publication = await publish([microphone, camera]);
    await publication.close();
    const events: unknown[] = [];
    for (const name of ['tracks', 'muted', 'unmuted', 'deviceLost'] as const)
      publication.on(name, () => events.push(name));
    const next = plugIn(new StubTrack('video'));
    screens.push(() => Promise.resolve(new StubStream([new StubTrack('video')])));
    const codes = [
      publication.setCamera(true),
      publication.setMicrophone('any'),
      publication.replaceTrack(next as unknown as MediaStreamTrack),
      publication.shareScreen(),
    ].map((each) => each.catch((error: unknown) => (error instanceof ClientError ? error.code : error)));
    expect(await Promise.all(codes)).to.deep.equal(['closed', 'closed', 'closed', 'closed']);
    expect(screens, 'the user is not asked').to.have.lengthOf(1);
    publication.mute('audio');
    camera.unplug();
    expect(events).to.deep.equal([]);
    await room.chat('So that what was told before is there.');
    expect(told).to.deep.equal([]);
  });

  it('that we stop ourselves is not lost', async () => {
    const publication = await publish([microphone, camera]);
    const lost: string[] = [];
    publication.on('deviceLost', (kind) => lost.push(kind));
    await publication.setCamera(false);
    plugIn(new StubTrack('audio', 'headset'));
    await publication.setMicrophone('headset');
    microphone.unplug();
    expect(lost).to.deep.equal([]);
  });
});

function stateIn(params: unknown): object {
  const { audio, video } = params as { audio?: boolean; video?: boolean };
  return { ...(audio !== undefined && { audio }), ...(video !== undefined && { video }) };
}
