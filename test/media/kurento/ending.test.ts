import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { WebSocketServer } from 'ws';
import { z } from 'zod';
import { ScriptedRoom } from './scripted-room.js';

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

/** Node ends a process when nothing is left to wait for: no socket, no timer. */
describe('kurento engine › a closed engine does not keep its process from ending', function () {
  this.timeout(40_000);

  it('after it was used', async () => {
    const room = new ScriptedRoom();
    await room.server.start();
    expect(await exitCodeOf('short-lived.ts', room.server.url)).to.equal(0);
    expect(room.server.objects.size).to.equal(0);
    await room.close();
  });

  for (const [what, answer] of Object.entries(strangers)) {
    it(`when the other side ${what}`, async () => {
      const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
      server.on('connection', (socket) => {
        socket.on('message', (data: Buffer) => {
          const answered = answer(data.toString());
          if (answered) socket.send(JSON.stringify(answered));
        });
      });
      await once(server, 'listening');
      expect(await exitCodeOf('turned-away.ts', urlOf(server))).to.equal(0);
      for (const socket of server.clients) socket.terminate();
      server.close();
    });
  }

  it('when the other side takes connections and says nothing at all', async () => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    expect(await exitCodeOf('turned-away.ts', urlOf(server))).to.equal(0);
    server.close();
  });

  it('when nothing listens', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = urlOf(server);
    server.close();
    await once(server, 'close');
    expect(await exitCodeOf('turned-away.ts', url)).to.equal(0);
  });
});

function idOf(text: string): number {
  return request.parse(JSON.parse(text)).id;
}

function urlOf(server: Pick<Server, 'address'>): string {
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}/kurento`;
}

/** Of a program in this folder, once it has ended by itself. */
async function exitCodeOf(program: string, url: string): Promise<number | null> {
  const path = fileURLToPath(new URL(program, import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', path, url], { stdio: 'inherit' });
  // A minute is what kurento-client waits for an answer: an engine that left something behind ends no sooner.
  const impatience = setTimeout(() => child.kill('SIGKILL'), 30_000);
  const [code] = (await once(child, 'exit')) as [number | null];
  clearTimeout(impatience);
  return code;
}
