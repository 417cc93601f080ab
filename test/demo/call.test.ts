import { expect } from 'chai';
import { Room } from '../../client/room.js';
import { Call } from '../../demo/model/call.js';
import type { LocalMedia } from '../../demo/model/local-media.js';
import { keepAwake } from '../../demo/model/wake-lock.js';
import { until } from '../support/until.js';
import { StubPeer, StubStream, StubTrack, inBrowserWorld, screens } from '../client/browser-world.js';
import { ScriptedServer, joined, unknownSession, type Visit } from '../client/scripted-server.js';

const settings = { thresholdDb: -50, speakerIntervalMs: 1000, hasHat: true };

/** Of somebody who listens only. */
const noMedia = { stream: { value: undefined }, onLost: () => () => undefined } as unknown as LocalMedia;

/** A stub of the browser's sound, which Node has not. */
function stubSound(): { readonly tones: number[]; readonly contexts: ('open' | 'closed')[] } {
  const tones: number[] = [];
  const contexts: ('open' | 'closed')[] = [];
  const gain = { gain: { setValueAtTime: () => undefined, linearRampToValueAtTime: () => undefined } };
  class StubContext {
    readonly currentTime = 0;
    readonly destination = {};
    readonly #place = contexts.push('open') - 1;

    createGain(): object {
      return { ...gain, connect: () => undefined };
    }

    createOscillator(): object {
      const frequency = { value: 0 };
      const start = (): void => void tones.push(frequency.value);
      return { frequency, start, stop: () => undefined, connect: (next: unknown) => next };
    }

    close(): Promise<void> {
      contexts[this.#place] = 'closed';
      return Promise.resolve();
    }
  }
  Object.assign(globalThis, { AudioContext: StubContext });
  return { tones, contexts };
}

interface Joined {
  readonly call: Call;
  readonly visit: Visit;
  readonly close: () => Promise<void>;
}

async function callWith(answer: object): Promise<Joined> {
  const server = await ScriptedServer.start(({ method }) => (method === 'joinRoom' ? answer : { result: {} }));
  const room = new Room({ url: server.url, room: 'garden', user: 'ana' });
  await room.join();
  const [visit] = server.visits;
  if (!visit) throw new Error('the room has joined');
  const close = async (): Promise<void> => {
    await room.leave();
    server.stop();
  };
  return { call: new Call(room, noMedia, settings, () => undefined), visit, close };
}

/** A stub of a screen and its lock: Node has no screen. */
class StubScreen extends EventTarget {
  visibilityState = 'visible';
  refuses = false;
  readonly locks: ('held' | 'released')[] = [];
  readonly wakeLock = {
    request: () => {
      if (this.refuses) return Promise.reject(new DOMException('saves power', 'NotAllowedError'));
      const place = this.locks.push('held') - 1;
      return Promise.resolve({ release: () => Promise.resolve((this.locks[place] = 'released')) });
    },
  };

  turn(visibilityState: 'visible' | 'hidden'): void {
    // Browsers let go of the lock of a page that is hidden.
    if (visibilityState === 'hidden') this.locks.fill('released');
    Object.assign(this, { visibilityState });
    this.dispatchEvent(new Event('visibilitychange'));
  }
}

describe('the screen during a call', () => {
  const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const awake = (screen: StubScreen): (() => void) =>
    keepAwake(screen as unknown as Document, screen as unknown as Navigator);

  it('stays on, also after the page was hidden, until the call ends', async () => {
    const screen = new StubScreen();
    const end = awake(screen);
    await settled();
    expect(screen.locks).to.deep.equal(['held']);
    screen.turn('hidden');
    await settled();
    expect(screen.locks).to.deep.equal(['released']);
    screen.turn('visible');
    await settled();
    expect(screen.locks).to.deep.equal(['released', 'held']);
    end();
    screen.turn('visible');
    await settled();
    expect(screen.locks).to.deep.equal(['released', 'released']);
  });

  it('is let go of when the call ends before the browser has answered, and may go off where it refuses or cannot', async () => {
    const screen = new StubScreen();
    awake(screen)();
    await settled();
    expect(screen.locks).to.deep.equal(['released']);
    screen.refuses = true;
    const end = awake(screen);
    await settled();
    end();
    expect(screen.locks).to.have.length(1);
    keepAwake(screen as unknown as Document, {})();
  });
});

/** Of somebody whose devices are open. */
function openMedia(): LocalMedia {
  const stream = new StubStream([new StubTrack('audio'), new StubTrack('video')]);
  return {
    onLost: () => () => undefined,
    stream: { value: stream },
    hint: { value: '' },
    state: () => 'on',
    settled: () => Promise.resolve(),
  } as unknown as LocalMedia;
}

describe('the call as the page shows it', () => {
  inBrowserWorld();
  afterEach(() => Reflect.deleteProperty(globalThis, 'AudioContext'));

  it('has no hat on after the server was restarted, so that it can be put on again', async () => {
    const server = await ScriptedServer.start(({ method }, visit) => {
      if (method === 'connect') return unknownSession;
      return method === 'joinRoom' ? joined(`session ${String(visit.number)}`) : { result: {} };
    });
    const room = new Room({ url: server.url, room: 'garden', user: 'ana' });
    await room.join();
    const call = new Call(room, noMedia, settings, () => undefined);
    await call.toggleHat();
    expect(call.hat.value).to.equal(true);
    const back = new Promise((resolve) => room.once('reconnected', resolve));
    server.visits[0]?.cut();
    expect(await back).to.equal(false);
    expect(call.hat.value).to.equal(false);
    await room.leave();
    server.stop();
  });

  it('has no reactions on a server that tells nobody what they may do', async () => {
    const { call, visit, close } = await callWith(joined('one'));
    expect(call.mayReact.value).to.equal(false);
    visit.tell('data', { from: 'nobody', topic: 'atrium.reaction', data: btoa('?') });
    visit.tell('participantJoined', { id: 'dora' });
    await until('dora is there', () => call.others.value.length === 1);
    expect(call.reactions.shown.value).to.deep.equal([]);
    await close();
  });

  it('lets be heard that somebody joins or leaves, while the user wants that', async () => {
    const { tones, contexts } = stubSound();
    const { call, visit, close } = await callWith(joined('one'));
    const change = async (method: string, params: object, count: number): Promise<number[]> => {
      visit.tell(method, params);
      await until(method, () => call.others.value.length === count);
      return tones.splice(0);
    };
    const [low = 0, high = 0] = await change('participantJoined', { id: 'dora' }, 1);
    expect(low).to.be.below(high);
    const [first = 0, second = 0] = await change('participantLeft', { name: 'dora' }, 0);
    expect(first).to.be.above(second);
    call.preferences.sounds.value = false;
    expect(await change('participantJoined', { id: 'emil' }, 1)).to.deep.equal([]);
    await close();
    expect(contexts).to.deep.equal(['closed']);
  });

  it('says that the server ends, and whether the call goes on', async () => {
    const { call, visit, close } = await callWith(joined('one'));
    const said = (): string[] => call.toasts.queue.value.map(({ text }) => text);
    visit.tell('serverStopping', { inMs: 60_000, comeBack: true });
    visit.tell('serverStopping', { inMs: 5_000, comeBack: true, reason: 'update' });
    visit.tell('serverStopping', { inMs: 600_000, comeBack: false });
    await until('it is said', () => said().length === 3);
    expect(said()).to.deep.equal([
      'The server restarts in a minute. The call goes on by itself.',
      'The server restarts in a moment. The call goes on by itself. (update)',
      'The server stops in 10 minutes, and the call with it.',
    ]);
    await close();
  });

  it('shows whose connection is bad, also of somebody that was there before', async () => {
    const { call, visit, close } = await callWith({ result: { value: [{ id: 'berta' }], sessionId: 'one' } });
    const shown = (): string[] => call.people.value.map(({ quality }) => quality);
    visit.tell('participantQuality', { id: 'berta', level: 'lost' });
    visit.tell('participantQuality', { id: 'ana', level: 'poor' });
    visit.tell('participantQuality', { id: 'nobody', level: 'poor' });
    await until('it is shown', () => shown().join() === 'poor,lost');
    visit.tell('participantQuality', { id: 'berta', level: 'good' });
    await until('it is shown no more', () => shown().join() === 'poor,unknown');
    await close();
  });

  it('says of nobody that they joined because the server was restarted', async () => {
    const others = { value: [{ id: 'berta' }, { id: 'carl' }] };
    const server = await ScriptedServer.start(({ method }, visit) => {
      if (method === 'connect') return unknownSession;
      if (method !== 'joinRoom') return { result: {} };
      return visit.number === 1 ? { result: { ...others, sessionId: 'one' } } : joined('two');
    });
    const room = new Room({ url: server.url, room: 'garden', user: 'ana' });
    await room.join();
    const call = new Call(room, noMedia, settings, () => undefined);
    const said = (): string[] => call.toasts.queue.value.map(({ text }) => text);
    const back = new Promise((resolve) => room.once('reconnected', resolve));
    server.visits[0]?.cut();
    await back;
    server.visits[1]?.tell('participantJoined', { id: 'berta' });
    server.visits[1]?.tell('participantJoined', { id: 'dora' });
    await until('both are there', () => call.others.value.length === 2);
    expect(said()).to.deep.equal(['dora joined.']);
    await room.leave();
    server.stop();
  });

  it('says of oneself that nothing is sent while the media server is away, and sends once it is back', async () => {
    let isAway = true;
    const away = { error: { code: 301, message: 'The media server cannot be reached: ECONNREFUSED' } };
    const server = await ScriptedServer.start(({ method }) => {
      if (method === 'joinRoom') return joined('one');
      if (method === 'publishVideo') return isAway ? away : { result: { sdpAnswer: 'v=0' } };
      return { result: {} };
    });
    const room = new Room({ url: server.url, room: 'garden', user: 'ana' });
    await room.join();
    const call = new Call(room, openMedia(), settings, () => undefined);
    const { self } = call;
    await call.publish();
    const published = room.localPublication;
    expect([self.note.value, self.transit.unsent.value]).to.deep.equal(['Not sent. Trying again …', true]);
    expect(call.toasts.queue.value.map(({ text }) => text).join(), 'words of a program').to.not.include('ECONNREFUSED');
    isAway = false;
    call.retry();
    await until('another connection is made', () => StubPeer.made.length === 2);
    const peer = StubPeer.made[1];
    peer?.becomes('connected');
    peer?.carries(10);
    await until('it is sent', () => self.note.value === '');
    expect([self.transit.unsent.value, room.localPublication]).to.deep.equal([false, published]);
    await room.leave();
    server.stop();
  });

  it('says in words for people why nobody sees them, whatever the server calls it', async () => {
    const server = await ScriptedServer.start(({ method }) => {
      if (method === 'joinRoom') return joined('one');
      return method === 'publishVideo' ? { error: { code: 302, message: 'SDP_PARSE_ERROR' } } : { result: {} };
    });
    const room = new Room({ url: server.url, room: 'garden', user: 'ana' });
    await room.join();
    const call = new Call(room, openMedia(), settings, () => undefined);
    await call.publish();
    expect(call.toasts.queue.value.map(({ text }) => text)).to.deep.equal([
      'Your sound and picture: the server could not carry it.',
    ]);
    expect(call.self.note.value).to.equal('Not sent');
    await room.leave();
    server.stop();
  });

  it('shows the screen of somebody that has neither camera nor microphone', async () => {
    const server = await ScriptedServer.start(({ method }) => {
      if (method === 'joinRoom') return { result: { value: [], sessionId: 'one', features: ['streams', 'state'] } };
      return { result: method === 'publishVideo' ? { sdpAnswer: 'v=0' } : {} };
    });
    const room = new Room({ url: server.url, room: 'garden', user: 'ana' });
    await room.join();
    const call = new Call(room, noMedia, settings, () => undefined);
    screens.push(() => Promise.resolve(new StubStream([new StubTrack('video')])));
    await call.toggleSharing();
    expect([call.sharing.value, room.localPublication, room.screen?.id]).to.deep.equal([true, undefined, 'screen']);
    expect(call.self.screen.value).to.not.equal(undefined);
    expect(call.toasts.queue.value).to.deep.equal([]);
    await room.leave();
    server.stop();
  });
});
