import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { expect } from 'chai';
import { WebSocketServer } from 'ws';
import { z } from 'zod';
import { ScriptedRoom } from './scripted-room.js';
import { testProgram } from '../../support/programs.js';

const request = z.object({ id: z.int() });

/** What answers each request of the adapter, in place of a media server. */
const strangers: Readonly<Record<string, (text: string) => object | undefined>> = {
  'refuses every call': (text) => ({
    jsonrpc: '2.0',
    id: idOf(text),
    error: { code: -32601, message: 'Method not found' },
  }),
  'answers in another version of JSON-RPC': (text) => ({ id: idOf(text), error: { code: -32601, message: 'no' } }),
  'answers with nothing in the answer': (text) => ({ jsonrpc: '2.0', id: idOf(text), result: null }),
  'sends back what it gets': (text) => JSON.parse(text) as object,
  'never answers': () => undefined,
};

/** What a program talks to, by itself until `stop`. */
interface OtherSide {
  readonly url: string;
  stop(): Promise<void> | void;
}

const silence: Readonly<Record<string, () => Promise<OtherSide>>> = {
  'takes connections and says nothing at all': async () => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return { url: urlOf(server), stop: () => void server.close() };
  },
  'is not there: nothing listens': async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = urlOf(server);
    server.close();
    await once(server, 'close');
    return { url, stop: () => undefined };
  },
};

/** Node ends a process when nothing is left to wait for: no socket, no timer. The programs run side by side, since they only wait. */
describe('kurento engine › a closed engine does not keep its process from ending', function () {
  this.timeout(60_000);
  const room = new ScriptedRoom();
  const sides = {
    ...silence,
    ...Object.fromEntries(Object.entries(strangers).map(([what, say]) => [what, answering(say)])),
  };
  const started: OtherSide[] = [];
  const codes = new Map<string, Promise<number | null>>();

  before(async () => {
    await room.server.start();
    codes.set('used', exitCodeOf('short-lived.ts', room.server.url));
    for (const [what, start] of Object.entries(sides)) {
      const side = await start();
      started.push(side);
      codes.set(what, exitCodeOf('turned-away.ts', side.url));
    }
  });

  after(async () => {
    await Promise.allSettled(codes.values());
    for (const side of started) await side.stop();
    await room.close();
  });

  it('after it was used', async () => {
    expect(await codes.get('used')).to.equal(0);
    expect(room.server.objects.size).to.equal(0);
  });

  for (const what of Object.keys(sides)) {
    it(`when the other side ${what}`, async () => {
      expect(await codes.get(what)).to.equal(0);
    });
  }
});

/** A WebSocket server that answers with what `say` makes of each text. */
function answering(say: (text: string) => object | undefined): () => Promise<OtherSide> {
  return async () => {
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
    server.on('connection', (socket) => {
      socket.on('message', (data: Buffer) => {
        const answer = say(data.toString());
        if (answer) socket.send(JSON.stringify(answer));
      });
    });
    await once(server, 'listening');
    const stop = (): void => {
      for (const socket of server.clients) socket.terminate();
      server.close();
    };
    return { url: urlOf(server), stop };
  };
}

function idOf(text: string): number {
  return request.parse(JSON.parse(text)).id;
}

function urlOf(server: Pick<Server, 'address'>): string {
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}/kurento`;
}

/** Of a program in this folder, once it has ended by itself. */
async function exitCodeOf(program: string, url: string): Promise<number | null> {
  const path = testProgram(new URL(program, import.meta.url));
  const child = spawn(process.execPath, [path, url], { stdio: 'inherit' });
  // A minute is what kurento-client waits for an answer: an engine that left something behind ends no sooner.
  const giveUp = setTimeout(() => child.kill('SIGKILL'), 30_000);
  const [code] = (await once(child, 'exit')) as [number | null];
  clearTimeout(giveUp);
  return code;
}
