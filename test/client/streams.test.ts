import { expect } from 'chai';
import { Room } from '../../client/room.js';
import { codeOf } from '../support/rejection.js';
import { until } from '../support/until.js';
import { StubPeer, StubStream, StubTrack, inBrowserWorld, screens, wishes } from './browser-world.js';
import { ScriptedServer, type Script, type Visit } from './scripted-server.js';

const state = { audio: true, video: true, screen: true, hand: false };
const camera = { id: 'webcam', kinds: ['audio', 'video'], source: 'camera', muted: [] };
const screen = { id: 'screen', kinds: ['video'], source: 'screen_share', muted: [] };

describe('several streams of one participant, in the client', () => {
  inBrowserWorld();
  let server: ScriptedServer;
  let room: Room;
  let visit: Visit | undefined;
  let requests: { readonly method: string; readonly params: Readonly<Record<string, unknown>> }[];

  afterEach(async () => {
    await room.leave();
    server.stop();
  });

  async function meet(features: readonly string[], script: Script = () => undefined): Promise<void> {
    requests = [];
    server = await ScriptedServer.start((request, present) => {
      visit = present;
      requests.push(request);
      const given = script(request, present);
      if (given) return given;
      const value = [{ id: 'berta', streams: [camera, screen], state }];
      if (request.method === 'joinRoom') {
        return { result: { value, sessionId: 'one', features, self: { id: 'ana', state: { ...state, hand: false } } } };
      }
      const isMedia = request.method === 'publishVideo' || request.method === 'receiveVideoFrom';
      return { result: isMedia ? { sdpAnswer: 'v=0' } : {} };
    });
    room = new Room({ url: server.url, room: 'garden', user: 'ana' });
    await room.join();
  }

  const stream = (...kinds: readonly ('audio' | 'video')[]): MediaStream =>
    new StubStream(kinds.map((kind) => new StubTrack(kind))) as unknown as MediaStream;
  /** The user will choose a screen, with these tracks. */
  const pick = (...kinds: readonly ('audio' | 'video')[]): readonly StubTrack[] => {
    const tracks = kinds.map((kind) => new StubTrack(kind));
    screens.push(() => Promise.resolve(new StubStream(tracks)));
    return tracks;
  };
  const sent = (method: string) => requests.filter((each) => each.method === method).map(({ params }) => params);

  it('are received each by itself, muted each by itself, and end each by itself', async () => {
    await meet(['state', 'streams']);
    const berta = room.participants.get('berta');
    await until('both are received', () => sent('receiveVideoFrom').length === 2);
    expect(sent('receiveVideoFrom').map(({ sender }) => sender)).to.deep.equal(['berta_webcam', 'berta_screen']);
    expect([...(berta?.publications.values() ?? [])].map(({ id, source, muted }) => [id, source, muted])).to.deep.equal(
      [
        ['webcam', 'camera', []],
        ['screen', 'screen', ['audio']],
      ],
    );
    const shown = berta?.publications.get('screen');
    let muted = '';
    berta?.publications.get('webcam')?.on('muted', (kinds) => (muted = kinds.join('+')));
    const streams = [{ ...camera, muted: ['video'] }, screen];
    visit?.tell('participantStateChanged', { id: 'berta', ...state, video: false, streams });
    await until('the camera is muted', () => muted === 'video');
    expect(shown?.muted).to.deep.equal(['audio']);
    visit?.tell('participantUnpublished', { name: 'berta', streams: [{ id: 'screen' }] });
    await until('the screen has ended', () => shown?.closed === true);
    expect([...(berta?.publications.keys() ?? [])]).to.deep.equal(['webcam']);
    visit?.tell('participantUnpublished', { name: 'berta' });
    await until('nothing is left', () => berta?.publications.size === 0);
  });

  it('of our own: the camera and the screen, with what it says of each', async () => {
    await meet(['state', 'streams']);
    const tracks = [...pick('video', 'audio'), ...pick('video')];
    const told: boolean[] = [];
    room.on('sharing', (sharing) => told.push(sharing));
    const own = await room.publish(stream('audio', 'video'));
    const [shared, same] = await Promise.all([room.shareScreen(), room.shareScreen()]);
    expect(shared).to.equal(same);
    expect(screens, 'pickers that were not shown').to.have.lengthOf(1);
    expect(wishes, 'its sound too').to.deep.equal([{ video: { frameRate: { max: 15 } }, audio: true }]);
    expect(tracks[0], 'text in it stays sharp').to.have.property('contentHint', 'detail');
    expect([...room.localPublications.keys()]).to.deep.equal(['webcam', 'screen']);
    expect(room.localPublication).to.equal(own);
    expect(sent('publishVideo').map((params) => [params.stream, params.source])).to.deep.equal([
      ['webcam', 'camera'],
      ['screen', 'screen_share'],
    ]);
    expect(room.self.state).to.deep.include({ audio: true, video: true, screen: true });
    shared.mute('audio');
    await until('it is told', () => sent('updateState').length === 1);
    expect(sent('updateState')).to.deep.equal([{ stream: 'screen', audio: false }]);
    await room.stopSharing();
    expect(tracks.map(({ readyState }) => readyState)).to.deep.equal(['ended', 'ended', 'live']);
    expect([room.sharing, room.self.state?.screen, told]).to.deep.equal([false, false, [true, false]]);
    expect(sent('unpublishVideo')).to.deep.equal([{ stream: 'screen' }]);
    expect(own.closed).to.equal(false);
  });

  it('of our own: the screen alone, which the browser or a moderator ends', async () => {
    await meet(['state', 'streams']);
    const tracks = [...pick('video'), ...pick('video')];
    const first = await room.shareScreen();
    expect(room.localPublication).to.equal(undefined);
    tracks[0]?.unplug();
    await until('it has ended', () => first.closed);
    const second = await room.shareScreen();
    let taken = false;
    second.on('taken', () => (taken = true));
    visit?.tell('participantUnpublished', { name: 'ana', streams: [{ id: 'webcam' }] });
    visit?.tell('participantUnpublished', { name: 'ana', streams: [{ id: 'screen' }] });
    await until('it was taken', () => taken);
    expect(tracks.map(({ readyState }) => readyState)).to.deep.equal(['ended', 'ended']);
  });

  it('of our own: a screen that is not wanted any more when the user chooses it is released, and not shown', async () => {
    await meet(['state', 'streams']);
    for (const end of [() => room.stopSharing(), () => room.leave()]) {
      const track = new StubTrack('video');
      let choose: () => void = () => undefined;
      const chosen = new Promise<void>((resolve) => (choose = resolve));
      screens.push(() => chosen.then(() => new StubStream([track])));
      const sharing = codeOf(room.shareScreen());
      await end();
      choose();
      expect([await sharing, track.readyState]).to.deep.equal(['closed', 'ended']);
    }
    expect([room.localPublications.size, StubPeer.made.filter(({ closed }) => !closed).length]).to.deep.equal([0, 0]);
  });

  it('of our own: a second one of the same id is refused, and the first stays', async () => {
    await meet(['streams']);
    const first = await room.publish(stream('video'), { id: 'whiteboard' });
    expect(first.source).to.equal('other');
    expect(await codeOf(room.publish(stream('video'), { id: 'whiteboard' }))).to.equal('refused');
    expect([...room.localPublications.values()]).to.deep.equal([first]);
  });

  it('on a server that knows one: the screen is shown in place of the camera', async () => {
    await meet([]);
    pick('video');
    expect(await codeOf(room.publish(stream('video'), { id: 'screen' }))).to.equal('not-supported');
    expect(await codeOf(room.shareScreen()), 'without a camera').to.equal('not-supported');
    const own = await room.publish(stream('video'));
    expect(await room.shareScreen()).to.equal(own);
    expect([room.sharing, own.sharing]).to.deep.equal([true, true]);
    await room.stopSharing();
    expect([room.sharing, own.closed]).to.deep.equal([false, false]);
    expect(sent('publishVideo').map((params) => Object.keys(params))).to.deep.equal([['sdpOffer', 'doLoopback']]);
  });
});
