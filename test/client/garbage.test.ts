import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import * as library from '../../client/index.js';
import { ClientError, Room } from '../../client/index.js';
import { StubStream, StubTrack, inBrowserWorld } from './browser-world.js';
import { ScriptedServer } from './scripted-server.js';

/** The methods of a page that promise something, from the types that it has: `Room.chat`, `embed`. */
function promising(): string[] {
  const types = readFileSync(new URL('../../dist/client/atrium-client.d.ts', import.meta.url), 'utf8');
  const found: string[] = [];
  for (const [, kind, name, rest = ''] of types.matchAll(
    /^export declare (class|function) (\w+)([^]*?)(?=^export |^declare |^$)/gm,
  )) {
    if (kind === 'function' && rest.includes('): Promise<')) found.push(String(name));
    if (kind !== 'class') continue;
    for (const [, isStatic, method] of rest.matchAll(
      /^ {4}(static )?(\w+)\((?:.*|.*\n(?: {8}.*\n)+ {4}.*)\): Promise</gm,
    ))
      found.push(`${String(name)}${isStatic ? '::' : '.'}${String(method)}`);
  }
  return found;
}

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

describe('what a page that has no compiler gives to the client library', function () {
  this.timeout(60_000);
  inBrowserWorld();
  let server: ScriptedServer;
  let room: Room;

  beforeEach(async () => {
    server = await ScriptedServer.start(({ method }) => {
      if (method === 'joinRoom')
        return { result: { value: [{ id: 'bo', streams: [{ id: 'webcam' }] }], sessionId: 'one' } };
      return { result: method === 'publishVideo' || method === 'receiveVideoFrom' ? { sdpAnswer: 'v=0' } : {} };
    });
    Object.assign(navigator.mediaDevices, { enumerateDevices: () => Promise.resolve([]) });
    room = await Room.join({ url: server.url, room: 'garden', user: 'ana', autoSubscribe: false });
  });
  afterEach(async () => {
    await room.leave();
    server.stop();
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
    LocalPublication: () => room.publish(fine as MediaStream),
    Publication: publicationOf,
    Subscription: () => publicationOf().subscribe(),
  };

  async function call(owner: object, method: string, args: readonly unknown[]): Promise<string | undefined> {
    let promised: unknown;
    try {
      promised = (Reflect.get(owner, method) as (...args: unknown[]) => unknown).apply(owner, [...args]);
    } catch (error) {
      return `throws ${String(error)}`;
    }
    const [outcome] = await Promise.allSettled([promised]);
    if (outcome.status === 'fulfilled' || outcome.reason instanceof ClientError) return undefined;
    return `rejects with ${String(outcome.reason)}`;
  }

  for (const name of promising()) {
    it(`${name} rejects with a ClientError, or takes it`, async () => {
      const [first = '', method = first] = name.split(/::|\./);
      const owner = name.includes('.')
        ? await owners[first]?.()
        : name.includes('::')
          ? (Reflect.get(library, first) as object)
          : library;
      if (!owner) throw new Error(`This test has no ${first} whose methods it can call`);
      const wrong: string[] = [];
      for (const [index, one] of garbage.entries()) {
        for (const args of [
          [one],
          [one, one],
          ['x', one],
          [fine, one],
          [{ url: server.url, room: one, user: one }],
          [{}, one],
        ]) {
          const fault = await call(owner, method, args);
          if (fault !== undefined) wrong.push(`with garbage ${String(index)} of ${String(args.length)}: ${fault}`);
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
