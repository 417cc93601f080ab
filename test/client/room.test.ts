import { expect } from 'chai';
import type { LocalPublication } from '../../client/local-publication.js';
import type { Participant } from '../../client/participant.js';
import { Room } from '../../client/room.js';
import { codeOf } from '../support/rejection.js';
import { until } from '../support/until.js';
import { StubStream, StubTrack, inBrowserWorld, screens, type StubPeer } from './browser-world.js';
import { ScriptedServer, joined, type Script } from './scripted-server.js';

describe('a room as the client sees it', () => {
  inBrowserWorld();
  let server: ScriptedServer | undefined;
  let room: Room;

  afterEach(async () => {
    await room.leave();
    server?.stop();
  });

  async function meet(script: Script): Promise<Room> {
    server = await ScriptedServer.start(script);
    room = new Room({ url: server.url, room: 'garden', user: 'ana' });
    return room;
  }

  it('is left at once when `leave` is called during the join', async () => {
    await meet(({ method }) => (method === 'leaveRoom' ? { result: {} } : undefined));
    const joining = codeOf(room.join());
    await until('the client asks to join', () => server?.heard.includes('1 joinRoom') ?? false);
    await room.leave();
    expect(await joining).to.equal('closed');
    expect(server?.heard).to.deep.equal(['1 joinRoom', '1 leaveRoom']);
    expect(room.joined).to.equal(false);
  });

  it('sends with every request what was set before it was joined, and sends no more what cannot be sent', async () => {
    const tokens: unknown[] = [];
    await meet(({ method, params }) => {
      if (method !== 'leaveRoom') tokens.push(params.token);
      return method === 'joinRoom' ? joined('one') : { result: {} };
    });
    room.setRpcParams({ token: 'one' });
    await room.join();
    const cyclic: Record<string, unknown> = {};
    cyclic.self = cyclic;
    expect(() => {
      room.setRpcParams(cyclic);
    })
      .to.throw()
      .with.property('code', 'invalid-argument');
    await room.chat('Hello');
    expect(tokens).to.deep.equal(['one', 'one']);
  });

  it('joins under names in the form of Unicode that the server takes', async () => {
    let params: object | undefined;
    server = await ScriptedServer.start((request) => {
      if (request.method === 'joinRoom') ({ params } = request);
      return request.method === 'joinRoom' ? joined('one') : { result: {} };
    });
    room = new Room({ url: server.url, room: 'cafe\u0301', user: 'jose\u0301' });
    await room.join();
    expect(params).to.include({ room: 'caf\u00E9', user: 'jos\u00E9' });
    expect(room).to.include({ name: 'caf\u00E9', user: 'jos\u00E9' });
  });

  it('shows the token of its last join when its page is loaded again, until it leaves', async () => {
    const kept = new Map<string, string>();
    const storage = {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
      removeItem: (key: string) => void kept.delete(key),
    };
    Object.defineProperty(globalThis, 'sessionStorage', { value: storage, configurable: true });
    try {
      const shown: unknown[] = [];
      server = await ScriptedServer.start(({ method, params }) => {
        if (method !== 'joinRoom') return { result: {} };
        shown.push(params.resumeToken);
        return { result: { value: [], resumeToken: `token ${String(shown.length)}`, sessionId: 'one' } };
      });
      const { url } = server;
      const enter = async (name: string, user: string): Promise<Room> => {
        const entered = new Room({ url, room: name, user });
        await entered.join();
        return entered;
      };
      const first = await enter('garden', 'ana');
      const elsewhere = [await enter('hall', 'ana'), await enter('garden', 'berta')];
      room = await enter('garden', 'ana');
      expect(shown).to.deep.equal([null, null, null, 'token 1']);
      for (const each of [first, ...elsewhere, room]) await each.leave();
      expect([...kept]).to.deep.equal([]);
      room = await enter('garden', 'ana');
      expect(shown.at(-1)).to.equal(null);
    } finally {
      Reflect.deleteProperty(globalThis, 'sessionStorage');
    }
  });

  it('takes a participant without streams and one with none for participants that do not publish', async () => {
    await meet(({ method }) =>
      method === 'joinRoom'
        ? { result: { value: [{ id: 'ada' }, { id: 'bo', streams: [] }], sessionId: 'one' } }
        : { result: {} },
    );
    await room.join();
    expect([...room.participants].map(([name, { publications }]) => [name, publications.size])).to.deep.equal([
      ['ada', 0],
      ['bo', 0],
    ]);
  });

  describe('with a publication', () => {
    let camera: StubTrack;
    let publication: LocalPublication;
    let told: boolean[];

    const stream = (...tracks: StubTrack[]): MediaStream => new StubStream(tracks) as unknown as MediaStream;
    const track = (stub: StubTrack): MediaStreamTrack => stub as unknown as MediaStreamTrack;
    const peer = (): StubPeer => publication.peerConnection as unknown as StubPeer;
    /** Delays the answer to publishing. Undefined: it comes at once. */
    let held: { reached: () => void; opened: Promise<void> } | undefined;

    beforeEach(async () => {
      told = [];
      held = undefined;
      await meet(({ id, method }, visit) => {
        if (method === 'joinRoom') return joined('one');
        if (method !== 'publishVideo' || !held)
          return { result: method === 'publishVideo' || method === 'receiveVideoFrom' ? { sdpAnswer: 'v=0' } : {} };
        held.reached();
        void held.opened.then(() => {
          visit.reply(id, { result: { sdpAnswer: 'v=0' } });
        });
        return undefined;
      });
      await room.join();
      camera = new StubTrack('video', 'camera');
    });

    const isReceived = ({ publications }: Participant): boolean =>
      [...publications.values()].some(({ subscription }) => subscription !== undefined);

    async function publish(...tracks: StubTrack[]): Promise<void> {
      publication = await room.publish(stream(...tracks));
      publication.on('sharing', (sharing) => told.push(sharing));
    }

    function pick(label: string): { screen: StubTrack; chosen: () => void } {
      const screen = new StubTrack('video', label);
      let chosen: () => void = () => undefined;
      const asked = new Promise<void>((resolve) => (chosen = resolve));
      screens.push(async () => {
        await asked;
        return new StubStream([screen]);
      });
      return { screen, chosen };
    }

    it('asks for one screen, however often the button is pressed', async () => {
      await publish(camera);
      const [first, second] = [pick('first'), pick('second')];
      const both = Promise.all([publication.shareScreen(), publication.shareScreen()]);
      first.chosen();
      second.chosen();
      await both;
      expect(screens, 'pickers that were not shown').to.have.lengthOf(1);
      await publication.stopSharing();
      expect([first.screen.readyState, camera.readyState]).to.deep.equal(['ended', 'live']);
      expect(peer().sent).to.deep.equal(['camera']);
      expect(told).to.deep.equal([true, false]);
    });

    it('shares nothing, and releases the screen, when it cannot be sent', async () => {
      await publish(camera);
      const { screen, chosen } = pick('screen');
      chosen();
      peer().refusesTracks = true;
      expect(await codeOf(publication.shareScreen())).to.equal('media-refused');
      expect([publication.sharing, screen.readyState]).to.deep.equal([false, 'ended']);
      expect(publication.tracks.map(({ label }) => label)).to.deep.equal(['camera']);
    });

    it('reports the end of the screen', async () => {
      await publish(camera);
      pick('screen').chosen();
      await publication.shareScreen();
      await publication.close();
      expect(told).to.deep.equal([true, false]);
    });

    it('shows the camera that was chosen meanwhile after the screen has ended', async () => {
      await publish(camera);
      pick('screen').chosen();
      await publication.shareScreen();
      await publication.replaceTrack(track(new StubTrack('video', 'other camera')));
      expect(peer().sent, 'while the screen is shown').to.deep.equal(['screen']);
      await publication.stopSharing();
      expect(peer().sent).to.deep.equal(['other camera']);
    });

    it('goes on when what is received of somebody else is lost, and that is received again', async () => {
      await publish(camera);
      const visit = server?.visits[0];
      const receptions = () => visit?.calls('receiveVideoFrom') ?? 0;
      visit?.tell('participantJoined', { id: 'berta' });
      visit?.tell('participantPublished', { id: 'berta', streams: [{ id: 'webcam' }] });
      await until('it is received', () => receptions() === 1);
      await until('its answer has come', () => [...room.participants.values()].some(isReceived));
      const before = visit?.calls('publishVideo');
      visit?.tell('mediaError', { error: 'object-gone: released', sender: 'berta' });
      await until('it is received again', () => receptions() === 2);
      expect(visit?.calls('publishVideo')).to.equal(before);
    });

    it('is published with the camera that was added while it was being published again', async () => {
      await publish(new StubTrack('audio', 'microphone'));
      let open: () => void = () => undefined;
      const opened = new Promise<void>((resolve) => (open = resolve));
      const reached = new Promise<void>((resolve) => (held = { reached: resolve, opened }));
      server?.visits[0]?.tell('mediaError', { error: 'the media server is gone' });
      await reached;
      await publication.replaceTrack(track(camera));
      held = undefined;
      open();
      await until('both are sent', () => peer().sent.length === 2);
      expect(peer().sent).to.deep.equal(['microphone', 'camera']);
    });

    it('has no picture any more when the screen was its only video', async () => {
      await publish(new StubTrack('audio', 'microphone'));
      pick('screen').chosen();
      await publication.shareScreen();
      await until('the screen is sent', () => peer().sent.length === 2);
      await publication.stopSharing();
      await until('it is not sent any more', () => peer().sent.length === 1);
      expect(peer().sent).to.deep.equal(['microphone']);
    });
  });
});
