import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { expect } from 'chai';
import { Joint } from '../../../transport/tunnel/joint.js';
import { until } from '../../support/until.js';

/** Two clients, and between them the ends that a joint makes one. */
class Line {
  readonly #servers: Server[] = [];
  readonly #sockets: Socket[] = [];
  closed = 0;

  async pair(): Promise<[client: Socket, end: Socket]> {
    const server = createServer({ allowHalfOpen: true });
    this.#servers.push(server);
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const client = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', allowHalfOpen: true });
    const [end] = (await once(server, 'connection')) as [Socket];
    if (client.connecting) await once(client, 'connect');
    for (const socket of [client, end]) socket.on('error', () => undefined);
    this.#sockets.push(client, end);
    return [client, end];
  }

  /** @returns two clients, and their ends. @param stillMs as of the joint */
  async join(stillMs = 5_000): Promise<{ one: Socket; other: Socket; ends: [Socket, Socket]; joint: Joint }> {
    const [[one, first], [other, second]] = await Promise.all([this.pair(), this.pair()]);
    const joint = new Joint(first, second, stillMs, () => {
      this.closed += 1;
    });
    return { one, other, ends: [first, second], joint };
  }

  end(): void {
    for (const socket of this.#sockets) socket.destroy();
    for (const server of this.#servers) server.close();
  }
}

describe('Two connections as one', () => {
  let line: Line;

  beforeEach(() => {
    line = new Line();
  });
  afterEach(() => {
    line.end();
  });

  it('pass every byte on, both ways, and the end of each way', async () => {
    const { one, other } = await line.join();
    const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, index) => index % 251));
    const got = [one, other].map(async (socket) => {
      const parts: Buffer[] = [];
      socket.on('data', (part: Buffer) => parts.push(part));
      await once(socket, 'end');
      return Buffer.concat(parts);
    });
    one.end(bytes);
    await once(other, 'end');
    // The other way is still open.
    other.end(bytes.subarray(1_000));
    const [back, there] = await Promise.all(got);
    expect(there && Buffer.compare(there, bytes)).to.equal(0);
    expect(back && Buffer.compare(back, bytes.subarray(1_000))).to.equal(0);
    await until('both are closed', () => line.closed === 1);
  });

  it('keep little for a client that does not read, and cut it off', async () => {
    const { one, other, ends } = await line.join(300);
    other.pause();
    const part = Buffer.alloc(1_000_000);
    let most = 0;
    ends[0].on('data', () => (most = Math.max(most, ends[1].writableLength)));
    const closed = new Promise((resolve) => one.once('close', resolve));
    while (!one.destroyed) {
      if (!one.write(part)) await Promise.race([once(one, 'drain').catch(() => undefined), closed]);
    }
    expect(most).to.be.within(1, 1_000_000);
    await until('both are closed', () => line.closed === 1);
  });

  it('leave a client alone that reads slowly', async () => {
    const { one, other, ends } = await line.join(1_000);
    const bytes = 12_000_000;
    one.write(Buffer.alloc(bytes));
    other.pause();
    await until('the reader is behind', () => ends[1].writableLength > 0);
    const begun = performance.now();
    let read = 0;
    while (read < bytes) {
      const part = other.read() as Buffer | null;
      if (part) read += part.length;
      else await once(other, 'readable');
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    expect(performance.now() - begun, 'it took longer than it may stand still').to.be.above(1_000);
    expect([one.destroyed, other.destroyed]).to.deep.equal([false, false]);
  });

  for (const [what, end] of [
    ['is reset', (socket: Socket) => socket.resetAndDestroy()],
    ['is closed', (socket: Socket) => socket.destroy()],
  ] as const) {
    it(`end together when one ${what}`, async () => {
      const { one, other } = await line.join();
      one.resume();
      const closed = once(one, 'end').catch(() => undefined);
      other.resume();
      end(other);
      await Promise.race([closed, once(one, 'close')]);
      one.end();
      await until('both are closed', () => line.closed === 1);
    });
  }

  it('end, when one has ended or is gone before they are joined', async () => {
    const [[one, first], [other, second]] = await Promise.all([line.pair(), line.pair()]);
    one.end();
    await until('the end has come', () => first.readableEnded);
    new Joint(first, second, 5_000, () => (line.closed += 1));
    other.resume();
    await once(other, 'end');
    other.end();
    one.resume();
    await until('both are closed', () => line.closed === 1);
  });

  it('are cut at once', async () => {
    const { one, other, joint } = await line.join();
    const closed = Promise.all([one, other].map(async (socket) => once(socket.resume(), 'end')));
    joint.cut();
    await closed;
    expect(line.closed).to.equal(1);
  });
});
