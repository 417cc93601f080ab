import { setImmediate } from 'node:timers/promises';
import { expect } from 'chai';
import type { Clock } from '../../client/back-off.js';
import type { ClientError } from '../../client/errors.js';
import type { PublicationState } from '../../client/publication-state.js';
import type { LocalPublication } from '../../client/local-publication.js';
import type { Publication } from '../../client/publication.js';
import { Room } from '../../client/room.js';
import { codeOf } from '../support/rejection.js';
import { until } from '../support/until.js';
import { StubPeer, StubStream, StubTrack, inBrowserWorld } from './browser-world.js';
import { ScriptedServer, joined, unknownSession, type Script } from './scripted-server.js';

const refused = (code: number, message: string, data?: object): object => ({ error: { code, message, data } });
interface Stated {
  on(name: 'state', listener: (state: PublicationState, failure: ClientError | undefined) => void): unknown;
}

const notAllowed = refused(801, 'You may not', { reason: 'not-allowed' });
const noMediaServer = refused(304, 'The media server cannot be reached');

describe('what the client says of its media and of its room', () => {
  inBrowserWorld();
  let server: ScriptedServer;
  let room: Room;
  let pauses: number;
  let ended: () => void;

  /** Records the pauses between attempts, each of which lasts until the test ends it. */
  const clock: Clock = {
    now: () => performance.now(),
    wait: async () => {
      pauses += 1;
      await new Promise<void>((resolve) => (ended = resolve));
    },
    random: () => 0,
  };

  afterEach(async () => {
    await room.leave();
    server.stop();
  });

  async function meet(script: Script, given: Partial<Clock> = {}): Promise<void> {
    [pauses, ended] = [0, () => undefined];
    server = await ScriptedServer.start((request, visit) => {
      const answer = script(request, visit);
      if (answer) return answer;
      if (request.method === 'joinRoom') return joined('one');
      const isMedia = request.method === 'publishVideo' || request.method === 'receiveVideoFrom';
      return { result: isMedia ? { sdpAnswer: 'v=0' } : {} };
    });
    room = new Room({ url: server.url, room: 'garden', user: 'ana', clock: { ...clock, ...given } });
  }

  const stream = (...kinds: readonly ('audio' | 'video')[]): MediaStream =>
    new StubStream(kinds.map((kind) => new StubTrack(kind))) as unknown as MediaStream;

  function lastPeer(): StubPeer {
    const peer = StubPeer.made.at(-1);
    if (!peer) throw new Error('no connection was made');
    return peer;
  }

  /** All states from now on, with the reason where one is told. */
  function statesOf(publication: Stated): string[] {
    const states: string[] = [];
    publication.on('state', (state, failure) => states.push(failure ? `${state}: ${failure.code}` : state));
    return states;
  }

  describe('a publication of our own', () => {
    it('is live once it is connected and its packets go out, and not before', async () => {
      await meet(() => undefined);
      await room.join();
      const publication = await room.publish(stream('audio', 'video'));
      const states = statesOf(publication);
      expect(publication.state).to.equal('connecting');
      lastPeer().becomes('connected');
      await until('it was looked at twice', () => lastPeer().readings > 1);
      expect(publication.state, 'without packets').to.equal('connecting');
      lastPeer().carries(10);
      await until('it is live', () => publication.state === 'live');
      lastPeer().becomes('disconnected');
      expect(publication.state).to.equal('reconnecting');
      lastPeer().becomes('connected');
      lastPeer().carries(1);
      await until('it is live again', () => publication.state === 'live');
      await publication.close();
      expect(states).to.deep.equal(['live', 'reconnecting', 'live', 'closed']);
    });

    it('needs no packets while all of it is muted', async () => {
      await meet(() => undefined);
      await room.join();
      const publication = await room.publish(stream('audio'));
      publication.mute('audio');
      lastPeer().becomes('connected');
      await until('it is live', () => publication.state === 'live');
    });

    it('stays, and is tried again until it succeeds, when the media server is out of reach', async () => {
      await meet(({ method }, visit) =>
        method === 'publishVideo' && visit.calls(method) < 3 ? noMediaServer : undefined,
      );
      await room.join();
      const publication = await room.publish(stream('video'));
      expect([publication.state, publication.failure?.code]).to.deep.equal(['failed', 'media-failed']);
      expect(room.localPublication).to.equal(publication);
      const states = statesOf(publication);
      ended();
      await until('the second attempt has failed', () => pauses === 2);
      ended();
      await until('the server has taken it', () => states.length === 3);
      lastPeer().becomes('connected');
      lastPeer().carries(1);
      await until('it is live', () => publication.state === 'live');
      expect(states).to.deep.equal(['connecting', 'failed: media-failed', 'connecting', 'live']);
      expect(publication.failure).to.equal(undefined);
    });

    it('is tried again at once when somebody asks for it', async () => {
      await meet(({ method }, visit) =>
        method === 'publishVideo' && visit.calls(method) < 2 ? noMediaServer : undefined,
      );
      await room.join();
      const publication = await room.publish(stream('video'));
      publication.retry();
      await until('the server is asked again', () => server.visits[0]?.calls('publishVideo') === 2);
    });

    it('is not tried again where it would be refused again', async () => {
      await meet(({ method }) => (method === 'publishVideo' ? notAllowed : undefined));
      await room.join();
      expect(await codeOf(room.publish(stream('video')))).to.equal('not-allowed');
      expect([room.localPublication, pauses]).to.deep.equal([undefined, 0]);
    });

    it('is given up when it is refused while it is being got back, until somebody tries it again', async () => {
      await meet(({ method }, visit) => {
        if (method !== 'publishVideo') return undefined;
        return visit.calls(method) === 1 ? noMediaServer : visit.calls(method) === 2 ? notAllowed : undefined;
      });
      await room.join();
      const publication = await room.publish(stream('video'));
      const states = statesOf(publication);
      ended();
      await until('it is refused', () => states.includes('failed: not-allowed'));
      expect(pauses).to.equal(1);
      publication.retry();
      await until('the server is asked again', () => server.visits[0]?.calls('publishVideo') === 3);
      await until('it is taken', () => publication.state === 'connecting');
    });

    it('is not tried again once it is closed', async () => {
      await meet(({ method }) => (method === 'publishVideo' ? noMediaServer : undefined));
      await room.join();
      const publication = await room.publish(stream('video'));
      await publication.close();
      const heard = server.heard.length;
      ended();
      publication.retry();
      for (let turn = 0; turn < 5; turn++) await setImmediate();
      await room.chat('mark');
      expect(server.heard.slice(heard)).to.deep.equal(['1 sendMessage']);
      expect(publication.state).to.equal('closed');
    });

    it('tells what is muted, by us or by a moderator', async () => {
      const state = { audio: true, video: true, screen: false, hand: false };
      await meet(({ method }) =>
        method === 'joinRoom'
          ? { result: { value: [], sessionId: 'one', self: { id: 'ana', state }, features: ['state'] } }
          : undefined,
      );
      await room.join();
      const publication = await room.publish(stream('audio', 'video'));
      const told: string[] = [];
      publication.on('muted', (kinds) => told.push(`muted ${kinds.join()}`));
      publication.on('unmuted', (kinds) => told.push(`unmuted ${kinds.join()}`));
      publication.mute('audio');
      publication.mute('audio', false);
      server.visits[0]?.tell('participantStateChanged', { id: 'ana', ...state, video: false, mutedKinds: ['video'] });
      await until('the moderator has muted', () => told.length === 3);
      expect(told).to.deep.equal(['muted audio', 'unmuted audio', 'muted video']);
      expect(publication.muted).to.deep.equal(['video']);
    });
  });

  describe('what others publish', () => {
    async function receive(state?: object, settings?: object): Promise<Publication> {
      await meet(({ method }) =>
        method === 'joinRoom'
          ? {
              result: {
                value: [{ id: 'berta', streams: [{ id: 'webcam' }], state }],
                ...{ room: settings, sessionId: 'one' },
              },
            }
          : undefined,
      );
      await room.join();
      const publication = room.participants.get('berta')?.publications.get('webcam');
      if (!publication) throw new Error('Berta publishes nothing');
      await publication.subscribe();
      return publication;
    }

    it('is live once packets come, which negotiation is not', async () => {
      const publication = await receive();
      const states = statesOf(publication);
      lastPeer().becomes('connected');
      await until('it was looked at twice', () => lastPeer().readings > 1);
      expect(publication.state).to.equal('connecting');
      lastPeer().carries(1);
      await until('it is live', () => publication.state === 'live');
      lastPeer().becomes('disconnected');
      server.visits[0]?.tell('participantUnpublished', { name: 'berta' });
      await until('it has ended', () => publication.closed);
      expect(states).to.deep.equal(['live', 'reconnecting', 'closed']);
    });

    it('has a quality while packets come, which is that of its participant', async () => {
      const publication = await receive();
      const told: string[] = [];
      const berta = room.participants.get('berta');
      publication.on('quality', (quality) => told.push(quality));
      berta?.on('quality', (quality) => told.push(`Berta ${quality}`));
      expect([publication.quality, berta?.quality]).to.deep.equal(['unknown', 'unknown']);
      lastPeer().entries.set('pair', { type: 'candidate-pair', nominated: true, currentRoundTripTime: 1 });
      lastPeer().becomes('connected');
      lastPeer().carries(1);
      await until('it is measured', () => told.length > 1);
      lastPeer().becomes('disconnected');
      expect(told).to.deep.equal(['Berta poor', 'poor', 'Berta unknown', 'unknown']);
    });

    it('has failed, with the reason, when no connection can be made, and is then tried again', async () => {
      const publication = await receive();
      const states = statesOf(publication);
      lastPeer().becomes('failed');
      expect(states).to.deep.equal(['failed: connection-failed']);
      publication.retry();
      await until('it is tried again', () => server.visits[0]?.calls('receiveVideoFrom') === 2);
      await until('it is negotiated', () => publication.subscription !== undefined);
      expect(states).to.deep.equal(['failed: connection-failed', 'connecting']);
    });

    it('says what its publisher has muted, and needs no packets while that is everything', async () => {
      const state = { audio: true, video: true, screen: false, hand: false };
      const publication = await receive(state);
      const told: string[] = [];
      publication.on('muted', (kinds) => told.push(`muted ${kinds.join()}`));
      publication.on('unmuted', (kinds) => told.push(`unmuted ${kinds.join()}`));
      expect(publication.muted).to.deep.equal([]);
      server.visits[0]?.tell('participantStateChanged', { id: 'berta', ...state, audio: false });
      server.visits[0]?.tell('participantStateChanged', { id: 'berta', ...state, audio: false, video: false });
      await until('both are muted', () => told.length === 2);
      lastPeer().becomes('connected');
      await until('it is live', () => publication.state === 'live');
      server.visits[0]?.tell('participantStateChanged', { id: 'berta', ...state });
      await until('nothing is muted', () => publication.muted.length === 0);
      expect(told).to.deep.equal(['muted audio', 'muted video', 'unmuted audio,video']);
    });

    it('needs no packets of what the room may leave out, as it is told and as it changes', async () => {
      const state = { audio: true, video: false, screen: false, hand: false };
      const settings = { title: '', metadata: '', maxParticipants: 0, locked: false, waitingRoom: false };
      const shown = { ...settings, mutedOnEntry: false, hasPassword: false, lastN: 0, audioLastN: 2 };
      const publication = await receive({ ...state, streams: [{ id: 'webcam', muted: ['video'] }] }, shown);
      lastPeer().becomes('connected');
      await until('it is live', () => publication.state === 'live');
      const states = statesOf(publication);
      server.visits[0]?.tell('roomUpdated', { audioLastN: 0 });
      await until('its packets are missed', () => states.length === 1);
      server.visits[0]?.tell('roomUpdated', { audioLastN: 3 });
      await until('they are not any more', () => states.length === 2);
      expect(states[1]).to.equal('live');
    });
  });

  describe('a connection whose network has changed', () => {
    async function publish(isRestarted: boolean, script: Script = () => undefined): Promise<LocalPublication> {
      const capabilities = {
        ...{ simulcast: true, layers: 1, pause: true, iceRestart: isRestarted },
        ...{ activeSpeaker: 'none', lastN: false, recording: false },
      };
      await meet((request, visit) =>
        request.method === 'joinRoom'
          ? { result: { value: [], capabilities, sessionId: 'one' } }
          : (script(request, visit) ??
            (request.method === 'restartIce' ? { result: { sdpAnswer: 'v=0' } } : undefined)),
      );
      await room.join();
      const publication = await room.publish(stream('video'));
      lastPeer().becomes('connected');
      lastPeer().carries(1);
      await until('it is live', () => publication.state === 'live');
      return publication;
    }

    it('goes on over another path, each time, and is the same', async () => {
      const publication = await publish(true);
      const peer = lastPeer();
      for (const [time, state] of [
        [1, 'disconnected'],
        [2, 'failed'],
      ] as const) {
        peer.becomes(state);
        expect(publication.state).to.equal('reconnecting');
        await until('the server is asked', () => server.visits[0]?.calls('restartIce') === time);
        peer.becomes('connected');
        peer.carries(1);
        await until('it is live', () => publication.state === 'live');
      }
      expect([peer.restarts, lastPeer() === peer, server.visits[0]?.calls('publishVideo')]).to.deep.equal([2, true, 1]);
    });

    for (const [what, answer] of [
      ['is not found', undefined],
      ['is refused', noMediaServer],
    ] as const) {
      it(`is made anew when the other path ${what}`, async () => {
        await publish(true, ({ method }) => (method === 'restartIce' ? answer : undefined));
        const peer = lastPeer();
        peer.becomes('disconnected');
        await until('the server is asked', () => server.visits[0]?.calls('restartIce') === 1);
        await room.chat('mark');
        peer.becomes('failed');
        await until('it pauses', () => pauses === 1);
        ended();
        await until('it is published anew', () => server.visits[0]?.calls('publishVideo') === 2);
        expect(lastPeer()).to.not.equal(peer);
      });
    }

    it('waits for the server, which the change has cut off as well', async () => {
      const publication = await publish(true);
      server.visits[0]?.close(4000);
      lastPeer().becomes('failed');
      await until('it pauses', () => pauses === 1);
      ended();
      await until('the server is asked', () => server.visits.some((visit) => visit.calls('restartIce') === 1));
      lastPeer().becomes('connected');
      lastPeer().carries(1);
      await until('it is live', () => publication.state === 'live');
    });

    it('is made anew by a server that cannot do it', async () => {
      await publish(false);
      lastPeer().becomes('disconnected');
      lastPeer().becomes('failed');
      ended();
      await until('it is published anew', () => server.visits[0]?.calls('publishVideo') === 2);
      expect(server.visits[0]?.calls('restartIce')).to.equal(0);
    });
  });

  it('receives a stream as the page wants it, also when it is received anew', async () => {
    const wishes: unknown[] = [];
    const capabilities = {
      simulcast: true,
      layers: 3,
      pause: true,
      iceRestart: false,
      activeSpeaker: 'none',
      lastN: false,
      audioLastN: false,
      recording: false,
    };
    await meet(({ method, params }) => {
      if (method === 'setSubscription') wishes.push(params);
      return method === 'joinRoom'
        ? { result: { value: [{ id: 'berta', streams: [{ id: 'webcam' }] }], capabilities, sessionId: 'one' } }
        : undefined;
    });
    await room.join();
    const publication = room.participants.get('berta')?.publications.get('webcam');
    await publication?.subscribe();
    await publication?.want({ video: false });
    await publication?.want({ width: 320.4, height: 180 });
    await publication?.subscription?.close();
    await publication?.subscribe();
    await until('the server knows again', () => wishes.length === 3);
    const sender = 'berta_webcam';
    expect(wishes).to.deep.equal([
      { sender, video: false },
      { sender, width: 320, height: 180 },
      { sender, video: false, width: 320, height: 180 },
    ]);
    const wrong = { maxLayer: 3 } as never;
    expect(await codeOf(publication?.want(wrong) ?? Promise.resolve())).to.equal('invalid-argument');
  });

  for (const [what, features, reports] of [
    ['tells a server that wants to know', ['reports'], 1],
    ['does not tell others', [], 0],
  ] as const) {
    it(`${what} what was tried for a connection that failed`, async () => {
      let report: unknown;
      await meet(({ method, params }) => {
        if (method === 'joinRoom') return { result: { value: [], features, sessionId: 'one' } };
        if (method === 'reportMedia') report = params;
        return undefined;
      });
      await room.join();
      await room.publish(stream('audio'));
      const { entries } = lastPeer();
      entries.set('l', { id: 'l', type: 'local-candidate', candidateType: 'host', protocol: 'udp' });
      entries.set('r', { id: 'r', type: 'remote-candidate', candidateType: 'srflx', protocol: 'udp' });
      entries.set('p', { type: 'candidate-pair', localCandidateId: 'l', remoteCandidateId: 'r', state: 'failed' });
      lastPeer().becomes('failed');
      ended();
      await until('it is published anew', () => server.visits[0]?.calls('publishVideo') === 2);
      expect(server.visits[0]?.calls('reportMedia')).to.equal(reports);
      const pair = { local: 'host', remote: 'srflx', protocol: 'udp', state: 'failed' };
      const told = { sender: 'ana_webcam', state: 'failed', candidatePairs: [pair], relay: 'none', count: 1 };
      expect(report).to.deep.equal(reports === 0 ? undefined : told);
    });
  }

  it('tells each state of the room', async () => {
    await meet(
      ({ method }, visit) => {
        if (method === 'connect') return unknownSession;
        if (method !== 'joinRoom' || visit.number > 1 || visit.calls(method) > 1) return undefined;
        setTimeout(() => {
          visit.tell('admitted', {});
        });
        return refused(808, 'Wait', { reason: 'waiting' });
      },
      { wait: () => setImmediate() },
    );
    const states: string[] = [room.state];
    room.on('state', (state) => states.push(state));
    await room.join();
    server.visits[0]?.cut();
    await until('it is back', () => states.length > 5 || room.state === 'closed');
    await room.leave();
    expect(states).to.deep.equal(['new', 'joining', 'waiting', 'joined', 'reconnecting', 'joined', 'closed']);
  });
});
