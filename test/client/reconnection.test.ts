import { expect } from 'chai';
import { Room, type RoomOptions } from '../../client/room.js';
import { until } from '../support/until.js';
import { inBrowserWorld } from './browser-world.js';
import { ScriptedServer, joined, nameTaken, unknownSession, type Script, type Visit } from './scripted-server.js';

/** Pauses between attempts are at most so long; what waits longer waits for an answer. */
const longestPauseMs = 8_200;

describe('a client that lost its connection', () => {
  inBrowserWorld();
  const { setTimeout } = globalThis;
  let server: ScriptedServer | undefined;
  let room: Room | undefined;
  let happened: string[];
  let pauses: number[];

  beforeEach(() => {
    [happened, pauses] = [[], []];
    // Nobody waits for pauses here: they are noted, and over at once.
    const hurried = (run: () => void, ms = 0): unknown => {
      if (ms <= longestPauseMs) pauses.push(ms);
      return setTimeout(run, ms <= longestPauseMs ? 1 : ms);
    };
    Object.assign(globalThis, { setTimeout: hurried });
  });

  afterEach(async () => {
    await room?.leave();
    Object.assign(globalThis, { setTimeout });
    server?.stop();
  });

  async function enter(
    script: Script,
    met?: (visit: Visit) => void,
    options: Partial<RoomOptions> = {},
  ): Promise<Room> {
    server = await ScriptedServer.start(script, met);
    const entered = new Room({ url: server.url, room: 'garden', user: 'ana', ...options });
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

  it('waits longer each time, also at a door that opens and falls shut at once', async () => {
    const doors = 7;
    await enter(
      () => joined('one'),
      (visit) => {
        if (visit.number > 1) visit.cut();
      },
    );
    pauses.length = 0;
    first().cut();
    await until('it has tried often', () => (server?.visits.length ?? 0) > doors);
    expect(Math.max(...pauses)).to.be.at.least(4_000);
    expect(happened).to.deep.equal(['reconnecting']);
  });

  it('joins anew when it is lost once more just as it joins', async () => {
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

  it('waits for its name while the server still holds it for the client that was lost', async () => {
    await enter(({ method }, visit) => {
      if (method === 'connect') return unknownSession;
      return visit.number === 1 || visit.calls('joinRoom') > 2 ? joined(`session ${String(visit.number)}`) : nameTaken;
    });
    first().cut();
    await until('it is back', () => happened.length > 1);
    expect(happened).to.deep.equal(['reconnecting', 'reconnected false']);
  });

  it('is out of a room that was closed just before', async () => {
    await enter(({ method }) =>
      method === 'connect' ? { result: { value: 'reconnection successful', sessionId: 'one' } } : joined('one'),
    );
    Object.assign(globalThis, { setTimeout });
    first().tell('roomClosed', { room: 'garden' });
    await heard(first());
    first().cut();
    await until('it has come to an end', () => happened.length > 1);
    expect(happened).to.deep.equal(['reconnecting', 'closed room-closed']);
  });

  /** Resolves when what was said on the connection so far has been heard. */
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
