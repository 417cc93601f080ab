import { setImmediate } from 'node:timers/promises';
import { expect } from 'chai';
import type { Clock } from '../../client/back-off.js';
import { Room } from '../../client/room.js';
import type { RoomOptions } from '../../client/room-options.js';
import { until } from '../support/until.js';
import { inBrowserWorld } from './browser-world.js';
import { ScriptedServer, joined, nameTaken, unknownSession, type Script, type Visit } from './scripted-server.js';

describe('a client that lost its connection', () => {
  inBrowserWorld();
  let server: ScriptedServer | undefined;
  let room: Room | undefined;
  let happened: string[];
  let pauses: number[];

  beforeEach(() => {
    [happened, pauses] = [[], []];
  });

  afterEach(async () => {
    await room?.leave();
    server?.stop();
  });

  /** Records the pauses between attempts, and ends each in the next turn of the event loop. */
  const clock: Clock = {
    now: () => performance.now(),
    wait: async (ms) => {
      pauses.push(ms);
      await setImmediate();
    },
    random: () => 0.5,
  };

  async function enter(
    script: Script,
    met?: (visit: Visit) => void,
    options: Partial<RoomOptions> = {},
  ): Promise<Room> {
    server = await ScriptedServer.start(script, met);
    const entered = new Room({ url: server.url, room: 'garden', user: 'ana', clock, ...options });
    room = entered;
    entered.on('reconnecting', () => happened.push('reconnecting'));
    entered.on('reconnected', (resumed) => happened.push(`reconnected ${String(resumed)}`));
    entered.on('closed', (reason) => happened.push(`closed ${reason}`));
    await entered.join();
    return entered;
  }

  const first = (): Visit => {
    const [visit] = server?.visits ?? [];
    if (!visit) throw new Error('nobody came');
    return visit;
  };

  it('waits longer each time, also when the server accepts the connection and closes it at once', async () => {
    const doors = 7;
    await enter(
      () => joined('one'),
      (visit) => {
        if (visit.number > 1) visit.cut();
      },
    );
    first().cut();
    await until('it has tried often', () => (server?.visits.length ?? 0) > doors);
    expect(pauses.slice(0, doors)).to.deep.equal([100, 600, 1_100, 2_100, 4_100, 8_100, 8_100]);
    expect(happened).to.deep.equal(['reconnecting']);
  });

  for (const [code, spread, pause] of [
    [1012, '3 s, since that server is about to be back', 1_500],
    [1013, 'a moment', 100],
  ] as const) {
    it(`goes on by the same address, spread over ${spread}, when a server that leaves ends it with ${code}`, async () => {
      const answer = { value: 'ok', sessionId: 'one' };
      await enter(({ method }, visit) => {
        if (method === 'joinRoom') return { result: { value: [], sessionId: 'one', features: ['resume'] } };
        // The server ends the connection while it has a request.
        if (method !== 'sendMessage' || visit.number > 1) return { result: answer };
        visit.close(code);
        return undefined;
      });
      await room?.chat('hello');
      expect(server?.heard).to.deep.equal(['1 joinRoom', '1 sendMessage', '2 connect', '2 sendMessage']);
      expect(happened).to.deep.equal(['reconnecting', 'reconnected true']);
      expect(pauses).to.deep.equal([pause]);
    });
  }

  it('joins again when the connection is lost again during the join', async () => {
    await enter(({ method }, visit) => {
      if (method === 'connect') return unknownSession;
      if (visit.number !== 2) return joined(`session ${String(visit.number)}`);
      visit.cut();
      return undefined;
    });
    first().cut();
    await until('it is back', () =>
      happened.some((what) => what.startsWith('reconnected') || what.startsWith('closed')),
    );
    expect(happened).to.deep.equal(['reconnecting', 'reconnecting', 'reconnected false']);
    expect(server?.heard.filter((what) => what.endsWith('joinRoom'))).to.deep.equal([
      '1 joinRoom',
      '2 joinRoom',
      '3 joinRoom',
    ]);
  });

  it('waits for its name while the server keeps it for the lost connection', async () => {
    await enter(({ method }, visit) => {
      if (method === 'connect') return unknownSession;
      return visit.number === 1 || visit.calls('joinRoom') > 2 ? joined(`session ${String(visit.number)}`) : nameTaken;
    });
    first().cut();
    await until('it is back', () => happened.length > 1);
    expect(happened).to.deep.equal(['reconnecting', 'reconnected false']);
  });

  it('is not in a room any more that was closed just before', async () => {
    await enter(({ method }) =>
      method === 'connect' ? { result: { value: 'reconnection successful', sessionId: 'one' } } : joined('one'),
    );
    first().tell('roomClosed', { room: 'garden' });
    await heard(first());
    first().cut();
    await until('it has come to an end', () => happened.length > 1);
    expect(happened).to.deep.equal(['reconnecting', 'closed room-closed']);
  });

  /** Resolves when all frames sent so far on the connection have arrived. */
  function heard(visit: Visit): Promise<void> {
    const mark = new Promise<void>((resolve) => {
      room?.once('message', () => {
        resolve();
      });
    });
    visit.tell('sendMessage', { room: 'garden', user: 'berta', message: 'mark' });
    return mark;
  }
});
