import { expect } from 'chai';
import { Room } from '../../client/room.js';
import { until } from '../support/until.js';
import { StubStream, StubTrack, inBrowserWorld } from './browser-world.js';
import { ScriptedServer, type Visit } from './scripted-server.js';

/** The members of a media element that the client uses. */
class StubElement {
  srcObject: unknown = null;
  muted = false;
  sink = '';
  plays = 0;
  /** Of a browser that wants a click first. */
  static needsClick = false;

  play(): Promise<void> {
    if (StubElement.needsClick) return Promise.reject(new DOMException('click first', 'NotAllowedError'));
    this.plays += 1;
    return Promise.resolve();
  }

  setSinkId(id: string): Promise<void> {
    if (id === 'unplugged') return Promise.reject(new DOMException('none', 'NotFoundError'));
    this.sink = id;
    return Promise.resolve();
  }

  get asElement(): HTMLMediaElement {
    return this as unknown as HTMLMediaElement;
  }
}

describe('what a page plays of a room', () => {
  inBrowserWorld();
  let server: ScriptedServer;
  let room: Room;
  let element: StubElement;

  beforeEach(async () => {
    StubElement.needsClick = false;
    element = new StubElement();
    server = await ScriptedServer.start(({ method }) => {
      if (method === 'joinRoom')
        return { result: { value: [{ id: 'berta', streams: [{ id: 'webcam' }] }], sessionId: 'one' } };
      const isMedia = method === 'receiveVideoFrom' || method === 'publishVideo';
      return { result: isMedia ? { sdpAnswer: 'v=0' } : {} };
    });
    room = new Room({ url: server.url, room: 'garden', user: 'ana' });
    await room.join();
  });

  afterEach(async () => {
    await room.leave();
    server.stop();
  });

  const visit = (): Visit | undefined => server.visits[0];
  function bertas() {
    const publication = room.participants.get('berta')?.publications.get('webcam');
    if (!publication) throw new Error('Berta publishes nothing');
    return publication;
  }

  it('is each publication in its element, also when it was lost and came back, until it closes', async () => {
    room.attach(bertas(), element.asElement);
    await bertas().subscribe();
    await until('it is shown', () => element.srcObject === bertas().subscription?.stream);
    const first = element.srcObject;
    visit()?.tell('mediaError', { error: 'object-gone: released', sender: 'berta' });
    await until('it is another stream', () => element.srcObject !== first && element.plays === 2);
    visit()?.tell('participantLeft', { name: 'berta' });
    await until('it is taken out', () => element.srcObject === null);
  });

  it('is taken out when the page wants that, and does not come back', async () => {
    await bertas().subscribe();
    room.attach(bertas(), element.asElement)();
    expect(element.srcObject).to.equal(null);
    await bertas().subscription?.close();
    await bertas().subscribe();
    expect(element.srcObject).to.equal(null);
  });

  it('of our own publication is its tracks, silent, and follows them', async () => {
    const camera = new StubTrack('video', 'camera');
    const stream = new StubStream([camera]) as unknown as MediaStream;
    const publication = await room.publish(stream);
    room.attach(publication, element.asElement);
    const shown = (): string[] => (element.srcObject as StubStream).getTracks().map(({ label }) => label);
    expect([element.muted, shown()]).to.deep.equal([true, ['camera']]);
    await publication.replaceTrack(new StubTrack('video', 'other') as unknown as MediaStreamTrack);
    expect(shown()).to.deep.equal(['other']);
    await publication.setCamera(false);
    expect(shown()).to.deep.equal([]);
  });

  it('is in an element what was attached last, and nothing of what has closed', async () => {
    const own = await room.publish(new StubStream([new StubTrack('video')]) as unknown as MediaStream);
    await bertas().subscribe();
    const takeOut = room.attach(bertas(), element.asElement);
    room.attach(own, element.asElement);
    const shown = element.srcObject;
    expect(shown).to.not.equal(bertas().subscription?.stream);
    takeOut();
    await bertas().subscription?.close();
    await bertas().subscribe();
    expect(element.srcObject, 'it makes way for nothing else').to.equal(shown);
    await own.close();
    expect(element.srcObject).to.equal(null);
    room.attach(own, element.asElement);
    expect(element.srcObject).to.equal(null);
  });

  it('comes from the chosen loudspeaker, also in elements that come later', async () => {
    const later = new StubElement();
    room.play(element.asElement);
    await room.setSpeaker('headset');
    room.play(later.asElement);
    expect([element.sink, later.sink, room.speaker]).to.deep.equal(['headset', 'headset', 'headset']);
    const failure = await room.setSpeaker('unplugged').catch((error: unknown) => error);
    expect(failure).to.include({ name: 'ClientError', code: 'device-missing' });
    expect(room.speaker).to.equal('headset');
  });

  it('waits for a click where the browser wants one, and the page is told', async () => {
    const told: boolean[] = [];
    room.on('audioBlocked', (blocked) => told.push(blocked));
    StubElement.needsClick = true;
    const gone = room.play(new StubElement().asElement);
    room.play(element.asElement);
    await until('the page is told', () => told.length === 1);
    gone();
    expect(room.audioBlocked).to.equal(true);
    StubElement.needsClick = false;
    await room.startAudio();
    expect([told, room.audioBlocked, element.plays]).to.deep.equal([[true, false], false, 1]);
  });
});
