import { getEventListeners } from 'node:events';
import { expect } from 'chai';
import { ClientError, Room, Speakers, type LocalPublication, type RoomOptions } from '../../client/index.js';
import { SilentServer } from '../support/silent-server.js';
import { until } from '../support/until.js';
import { StubPeer, StubStream, StubTrack, inBrowserWorld, page, screens } from './browser-world.js';
import { ScriptedServer, type Script } from './scripted-server.js';

type State = 'new' | 'connecting' | 'joining' | 'waiting' | 'joined' | 'reconnecting' | 'closed';

const answers: Script = ({ method }) => {
  if (method === 'joinRoom') {
    const bo = { id: 'bo', streams: [{ id: 'webcam' }] };
    return { result: { value: [bo], sessionId: 'one', features: ['streams', 'state'] } };
  }
  return { result: ['publishVideo', 'receiveVideoFrom'].includes(method) ? { sdpAnswer: 'v=0' } : {} };
};
const refusal = { error: { code: 204, message: 'wait', data: { reason: 'waiting' } } };

/** How many timers run. */
function timers(): number {
  return process.getActiveResourcesInfo().filter((each) => each === 'Timeout').length;
}

describe('a room, whatever it is asked in whatever state', function () {
  this.timeout(60_000);
  inBrowserWorld();
  let server: ScriptedServer | undefined;
  let silent: SilentServer | undefined;
  let tracks: StubTrack[];
  const unhandled: unknown[] = [];
  const note = (error: unknown): void => void unhandled.push(error);

  beforeEach(() => {
    tracks = [];
    process.on('unhandledRejection', note);
    Object.assign(navigator.mediaDevices, {
      getUserMedia: ({ video }: MediaStreamConstraints) =>
        Promise.resolve(streamOf(video === false ? 'audio' : 'video')),
    });
  });
  afterEach(() => {
    process.off('unhandledRejection', note);
    server?.stop();
    silent?.stop();
    expect(unhandled.splice(0)).to.deep.equal([]);
  });

  function streamOf(...kinds: readonly ('audio' | 'video')[]): MediaStream {
    const made = kinds.map((kind) => new StubTrack(kind));
    tracks.push(...made);
    return new StubStream(made) as unknown as MediaStream;
  }

  function trackOf(kind: 'audio' | 'video'): MediaStreamTrack {
    const [track] = streamOf(kind).getTracks();
    if (!track) throw new Error('The stream has no track');
    return track;
  }

  /** A room in that state, and what it has published before. */
  async function roomIn(state: State): Promise<{ readonly room: Room; readonly own: LocalPublication | undefined }> {
    const options = { room: 'garden', user: 'ana' };
    if (state === 'connecting') {
      silent = await SilentServer.start();
      const room = new Room({
        ...options,
        url: `ws://127.0.0.1:${silent.port}/room`,
      });
      room.join().catch(() => undefined);
      return { room, own: undefined };
    }
    server = await ScriptedServer.start((request, visit) => {
      if (request.method === 'joinRoom' && state === 'joining') return undefined;
      if (request.method === 'joinRoom' && state === 'waiting') return refusal;
      return answers(request, visit);
    });
    const room = new Room({ ...options, url: server.url } satisfies RoomOptions);
    if (state === 'new') return { room, own: undefined };
    const joining = room.join().catch(() => undefined);
    if (state === 'joining') await until('it asks', () => server?.heard.length === 1);
    else if (state === 'waiting') await until('it waits', () => room.state === 'waiting');
    else await joining;
    if (!room.joined) return { room, own: undefined };
    const own = await room.publish(streamOf('audio', 'video'), { id: 'other' });
    await room.participants.get('bo')?.publications.get('webcam')?.subscribe();
    if (state === 'reconnecting') server.stop();
    if (state === 'reconnecting') await until('it is lost', () => room.state === 'reconnecting');
    if (state === 'closed') await room.leave();
    return { room, own };
  }

  /** Everything that promises something, with what it takes. */
  function ask(
    room: Room,
    own: LocalPublication | undefined,
    id: string,
  ): (readonly [string, () => Promise<unknown>])[] {
    const { moderation, self } = room;
    const received = room.participants.get('bo')?.publications.get('webcam');
    return [
      ['join', () => room.join()],
      ['publish', () => room.publish(streamOf('audio'), { id })],
      ['shareScreen', () => room.shareScreen()],
      ['stopSharing', () => room.stopSharing()],
      ['chat', () => room.chat('Hello')],
      ['send', () => room.send('topic', 'text')],
      ['setSpeaker', () => room.setSpeaker('')],
      ['startAudio', () => room.startAudio()],
      ['customRequest', () => room.customRequest({})],
      ['request', () => room.request('any', {})],
      ['raiseHand', () => self.raiseHand()],
      ['update', () => self.update({ name: 'Ana' })],
      ['mute', () => moderation.mute('bo', ['audio'])],
      ['requestUnmute', () => moderation.requestUnmute('bo', ['audio'])],
      ['unpublish', () => moderation.unpublish('bo')],
      ['remove', () => moderation.remove('bo')],
      ['setGrants', () => moderation.setGrants('bo', {})],
      ['lowerHand', () => moderation.lowerHand('bo')],
      ['lock', () => moderation.lock()],
      ['updateRoom', () => moderation.update({})],
      ['admit', () => moderation.admit('bo')],
      ['deny', () => moderation.deny('bo')],
      ['closeRoom', () => moderation.close()],
      ...(received
        ? ([
            ['subscribe', () => received.subscribe()],
            ['statistics', () => received.subscription?.statistics() ?? Promise.resolve()],
            ['close subscription', () => received.subscription?.close() ?? Promise.resolve()],
          ] as const)
        : []),
      ...(own
        ? ([
            ['own statistics', () => own.statistics()],
            ['own report', () => own.report()],
            ['replaceTrack', () => own.replaceTrack(trackOf('video'))],
            ['setCamera', () => own.setCamera(true)],
            ['setCamera off', () => own.setCamera(false)],
            ['setMicrophone', () => own.setMicrophone('any')],
            ['own shareScreen', () => own.shareScreen()],
            ['own stopSharing', () => own.stopSharing()],
          ] as const)
        : []),
    ];
  }

  for (const state of ['new', 'connecting', 'joining', 'waiting', 'joined', 'reconnecting', 'closed'] as const) {
    it(`${state}: all that it promised is settled once it is left, with a ClientError at most, and nothing is left behind`, async () => {
      // The test's own timer is set by then.
      await new Promise(setImmediate);
      const before = timers();
      const { room, own } = await roomIn(state);
      const ended: string[] = [];
      room.on('closed', (reason) => ended.push(reason));
      const outcomes = new Map<string, unknown>();
      const begin = (turn: string): void => {
        for (const [name, call] of ask(room, own, `s${turn}`)) {
          // A room that is new would be joined.
          if (state === 'new' && name === 'join') continue;
          screens.push(() => Promise.resolve(streamOf('video', 'audio') as unknown as StubStream));
          const what = `${name} ${turn}`;
          outcomes.set(what, 'not settled');
          call().then(
            () => outcomes.set(what, 'done'),
            (error: unknown) => outcomes.set(what, error),
          );
        }
      };
      begin('1');
      begin('2');
      const speakers = new Speakers(room);
      await Promise.all([room.leave(), room.leave()]);
      begin('3');
      await until('all is settled', () => ![...outcomes.values()].includes('not settled'), 5_000).catch(
        () => undefined,
      );
      const wrong = [...outcomes].filter(([, outcome]) => outcome !== 'done' && !(outcome instanceof ClientError));
      expect(wrong).to.deep.equal([]);
      expect(ended.length, 'closed is told once').to.equal(state === 'closed' ? 0 : 1);

      expect(StubPeer.made.filter(({ closed }) => !closed).length, 'connections').to.equal(0);
      expect(getEventListeners(page, 'pagehide').length, 'listeners of the page').to.equal(0);
      expect(tracks.flatMap((track) => getEventListeners(track, 'ended')).length, 'listeners of tracks').to.equal(0);
      await until('every socket is closed', () => server?.visits.every((each) => each.closed) ?? true);
      await until('no timer is left', () => timers() <= before, 3_000);
      speakers.close();
    });
  }
});
