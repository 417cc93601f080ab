import { readFileSync } from 'node:fs';
import { once } from 'node:events';
import { expect } from 'chai';
import { WebSocket } from 'ws';
import { RpcClient } from '../support/rpc-client.js';
import { until } from '../support/until.js';
import { fileOf, useExampleServer } from './example.js';

/** A client of the protocol of lines. */
class LineClient {
  readonly lines: string[] = [];
  readonly #socket: WebSocket;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data: Buffer) => this.lines.push(data.toString()));
  }

  static async connect(base: string): Promise<LineClient> {
    const socket = new WebSocket(`${base.replace('http', 'ws')}lines`);
    const client = new LineClient(socket);
    await once(socket, 'open');
    return client;
  }

  say(line: string): void {
    this.#socket.send(line);
  }

  async hears(...lines: string[]): Promise<void> {
    await until(`lines: ${lines.join(', ')}`, () => this.lines.length >= lines.length);
    expect(this.lines.splice(0)).to.deep.equal(lines);
  }

  async close(): Promise<void> {
    const closed = once(this.#socket, 'close');
    this.#socket.close();
    await closed;
  }
}

describe('the example of a dialect', () => {
  const server = useExampleServer('dialect/server.ts');

  it('has eighty lines, not counting empty ones', () => {
    const lines = readFileSync(fileOf('dialect/line-dialect.ts'), 'utf8').split('\n');
    expect(lines.filter((line) => line.trim() !== '').length).to.be.at.most(80);
  });

  it('meets and talks with clients of the room protocol', async () => {
    const ana = await LineClient.connect(server().url);
    ana.say('join garden Ana');
    await ana.hears('came "Ana"');
    const ben = await RpcClient.connect(server().url);
    const { value } = await ben.request('joinRoom', { user: 'ben', room: 'garden' });
    expect(value).to.deep.equal([{ id: 'Ana' }]);
    await ana.hears('came "ben"');
    ana.say('say Hello there');
    await ana.hears('said "Ana" Hello there');
    await until('Ben hears it', () => ben.notifications.length > 0);
    expect(ben.notifications.map(({ params }) => params)).to.deep.equal([
      { room: 'garden', user: 'Ana', name: 'Ana', message: 'Hello there' },
    ]);
    await ben.request('sendMessage', { message: 'Hello', userMessage: 'ben', roomMessage: 'garden' });
    await ana.hears('said "ben" Hello');
    await ben.request('leaveRoom');
    await ana.hears('went "ben"');
    ben.cut();
    await ana.close();
  });

  it('tells who was there before, refuses in its own words, and leaves nobody behind', async () => {
    const [ana, ben] = [await LineClient.connect(server().url), await LineClient.connect(server().url)];
    ana.say('join garden Ana');
    await ana.hears('came "Ana"');
    ben.say('join garden Ana');
    await ben.hears('refused participant-exists');
    ben.say('join garden Ben of the house');
    await ben.hears('came "Ana"', 'came "Ben of the house"');
    await ana.hears('came "Ben of the house"');
    ben.say('dance');
    await ben.hears('refused not-understood');
    await ben.close();
    await ana.hears('went "Ben of the house"');
    await ana.close();
    await until('the room is gone', async () => {
      const response = await fetch(`${server().url}api/v1/rooms`);
      return (await response.text()) === '[]';
    });
  });
});
