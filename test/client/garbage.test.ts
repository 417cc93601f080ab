import { expect } from 'chai';
import * as library from '../../client/index.js';
import { ClientError, Room } from '../../client/index.js';
import { StubStream, StubTrack, inBrowserWorld } from './browser-world.js';
import { callables, type Callable } from './callables.js';
import { ScriptedServer } from './scripted-server.js';

const cyclic: Record<string, unknown> = {};
cyclic.self = cyclic;
const garbage: readonly unknown[] = [
  undefined,
  null,
  42,
  Number.NaN,
  '',
  'x',
  true,
  [],
  [null],
  {},
  cyclic,
  Symbol('x'),
  1n,
  () => 1,
];
const fine: unknown = new StubStream([new StubTrack('audio')]);

/** Measures nothing. */
class StubAudio {
  state = 'running';
  createAnalyser(): object {
    return { getFloatTimeDomainData: () => undefined };
  }
  createMediaStreamSource(): object {
    return { connect: () => undefined };
  }
  close(): Promise<void> {
    return Promise.resolve();
  }
}

describe('what a page that has no compiler gives to the client library', function () {
  this.timeout(60_000);
  inBrowserWorld();
  let server: ScriptedServer;
  let room: Room;
  const unhandled: unknown[] = [];
  const note = (error: unknown): void => void unhandled.push(error);

  beforeEach(async () => {
    server = await ScriptedServer.start(({ method }) => {
      if (method === 'joinRoom')
        return {
          result: { value: [{ id: 'bo', streams: [{ id: 'webcam' }] }], sessionId: 'one', features: ['streams'] },
        };
      return { result: method === 'publishVideo' || method === 'receiveVideoFrom' ? { sdpAnswer: 'v=0' } : {} };
    });
    Object.assign(navigator.mediaDevices, {
      enumerateDevices: () => Promise.resolve([]),
      addEventListener: () => undefined,
      removeEventListener: () => undefined,
    });
    Object.assign(globalThis, { AudioContext: StubAudio });
    room = await Room.join({ url: server.url, room: 'garden', user: 'ana', autoSubscribe: false });
    process.on('unhandledRejection', note);
  });
  afterEach(async () => {
    process.off('unhandledRejection', note);
    Reflect.deleteProperty(globalThis, 'AudioContext');
    await room.leave();
    server.stop();
    expect(unhandled.splice(0)).to.deep.equal([]);
  });

  const publicationOf = (): library.Publication => {
    const publication = room.participants.get('bo')?.publications.get('webcam');
    if (!publication) throw new Error('Nothing is published');
    return publication;
  };
  /** What has the methods of a class. */
  const owners: Readonly<Record<string, () => object | Promise<object>>> = {
    Room: () => room,
    Self: () => room.self,
    Moderation: () => room.moderation,
    Recordings: () => room.recordings,
    Participant: () => room.participants.get('bo') ?? {},
    LocalPublication: () => room.localPublication ?? room.publish(fine as MediaStream),
    Publication: publicationOf,
    Subscription: () => publicationOf().subscribe(),
    Speakers: () => new library.Speakers(room),
    OwnSpeech: () => new library.OwnSpeech(room, new library.Speakers(room)),
    MutedSpeech: () => new library.MutedSpeech(room),
    LevelMeter: () => new library.LevelMeter(fine as MediaStream),
  };

  /** One that can be called with garbage. */
  async function bound({ owner, name, isStatic, isNew }: Callable): Promise<(...args: unknown[]) => unknown> {
    const whole = Reflect.get(library, owner ?? name) as object;
    if (isNew) return (...args) => Reflect.construct(whole as new () => object, args) as unknown;
    if (owner === undefined) return whole as () => unknown;
    const found = isStatic ? whole : await owners[owner]?.();
    if (!found) throw new Error(`This test has no ${owner} whose methods it can call`);
    return (...args) => (Reflect.get(found, name) as (...args: unknown[]) => unknown).apply(found, args);
  }

  /** What is wrong with the outcome. */
  async function fault(call: () => unknown): Promise<string | undefined> {
    let outcome: unknown;
    try {
      outcome = await call();
    } catch (error) {
      return error instanceof ClientError ? undefined : String(error);
    }
    // What has begun is ended.
    if (outcome instanceof Room) await outcome.leave();
    if (outcome instanceof library.LocalPublication) await outcome.close();
    const { MutedSpeech, OwnSpeech, Speakers } = library;
    if ([MutedSpeech, OwnSpeech, Speakers].some((one) => outcome instanceof one)) (outcome as library.Speakers).close();
    if (typeof outcome === 'function') (outcome as () => void)();
    return undefined;
  }

  for (const callable of callables()) {
    it(`${callable.shown} fails with a ClientError, or takes it`, async () => {
      const wrong: string[] = [];
      for (const [index, one] of garbage.entries()) {
        const base = { url: server.url, room: 'other', user: 'bea', autoSubscribe: false };
        const lists = [
          [one],
          [one, one],
          ['x', one],
          [fine, one],
          [fine, base, one],
          [base, one],
          [{ url: server.url, room: one, user: one }],
          [{}, one],
          ...callable.members.flatMap((member) => [
            [{ ...base, [member]: one }],
            ['x', { [member]: one }],
            [fine, { [member]: one }],
          ]),
        ];
        for (const args of lists) {
          const call = await bound(callable);
          const found = await fault(() => call(...args));
          if (found !== undefined)
            wrong.push(`${args.map((each) => shownOf(each)).join()} (${String(index)}): ${found}`);
        }
      }
      expect(wrong).to.deep.equal([]);
    });
  }

  it('is told in words that name what is wrong', async () => {
    const join = (options: unknown): Promise<unknown> =>
      Room.join(options as library.RoomOptions).catch((error: unknown) => String(error));
    const { url } = server;
    expect([
      await join(null),
      await join({ url, user: 'ana' }),
      await join({ url, room: 'garden' }),
      await join({ url, room: 'garden', token: 42 }),
      await join({ url, room: 'garden', user: 'ana', iceServers: 'stun:x' }),
    ]).to.deep.equal([
      'ClientError: The options must be an object, not null.',
      'ClientError: `room` must be a text that is not empty, not undefined.',
      'ClientError: Say who joins: `user` is their name. It may be absent where there is a `token`, which says it.',
      'ClientError: `token` must be a text or a function that resolves with one, not 42.',
      'ClientError: `iceServers` must be a list, not "stun:x".',
    ]);
  });
});

function shownOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return typeof value;
  return `{${Object.keys(value).join()}}`;
}
