import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { WebSocket } from 'ws';
import type { Dialect } from '../../dialects/dialect.js';
import { configOf, serve } from '../../src/index.js';
import { textFrame } from '../../transport/frame.js';
import { defectsLog } from '../support/defects-log.js';
import { FakeMedia } from '../support/fake-media.js';
import { RpcClient } from '../support/rpc-client.js';

const quiet = { log: defectsLog(() => undefined) };
const local = { port: 0, host: '127.0.0.1' };

/** Answers every text with the same text. */
class Echo implements Dialect {
  readonly name = 'echo';
  readonly state = { connections: 0 };

  attach({ doors }: Parameters<Dialect['attach']>[0]): void {
    doors.open('/echo', (connection) => {
      connection.listen({
        text: (text) => {
          connection.send(textFrame(text));
        },
        binary: () => undefined,
        closed: () => undefined,
      });
    });
  }

  close(): void {
    // The doors close the connections.
  }
}

describe('A program that embeds the server', () => {
  it('serves rooms on its own media engine, and sees them', async () => {
    const media = new FakeMedia();
    const service = await serve(configOf(local), media, quiet);
    const ana = await RpcClient.connect(service.url);
    await ana.request('joinRoom', { user: 'ana', room: 'garden' });
    await ana.request('publishVideo', { sdpOffer: 'v=0' });
    expect(service.rooms.names).to.deep.equal(['garden']);
    expect(media.endpoints.size).to.equal(1);
    await service.stop();
    expect(media.allocated, 'everything on the engine is released').to.equal(0);
    await service.stop();
  });

  it('is told what happens', async () => {
    const service = await serve(configOf(local), new FakeMedia(), quiet);
    const seen: string[] = [];
    service.events.on('participantJoined', ({ room, participant }) => seen.push(`${participant.id} in ${room.name}`));
    const end = service.events.on('participantLeft', ({ participant, reason }) =>
      seen.push(`${participant.id} ${reason}`),
    );
    service.events.on('roomFinished', ({ room, reason }) => seen.push(`${room.name} ${reason}`));
    const [ana, ben] = [await RpcClient.connect(service.url), await RpcClient.connect(service.url)];
    await ana.request('joinRoom', { user: 'ana', room: 'garden' });
    await ben.request('joinRoom', { user: 'ben', room: 'garden' });
    await ana.request('leaveRoom', {});
    end();
    await service.stop();
    expect(seen).to.deep.equal(['ana in garden', 'ben in garden', 'ana left', 'garden stopped']);
  });

  it('adds its own protocol beside the others', async () => {
    const service = await serve(configOf(local), new FakeMedia(), { ...quiet, dialects: [new Echo()] });
    try {
      expect(service.dialects.map(({ name }) => name)).to.include.members(['kurento-room', 'easyrtc', 'echo']);
      const socket = new WebSocket(`${service.url.replace('http', 'ws')}echo`);
      const answer = once(socket, 'message');
      await once(socket, 'open');
      socket.send('hello');
      expect(String((await answer)[0])).to.equal('hello');
      socket.close();
    } finally {
      await service.stop();
    }
  });

  it('is told when the port is in use, and nothing is left listening', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    const failure = await serve(configOf({ ...local, port }), new FakeMedia(), quiet).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(failure).to.have.property('code', 'EADDRINUSE');
    other.close();
  });

  it('imports the compiled server by the name of the package', async () => {
    const script = "import('atrium').then((atrium) => console.log(Object.keys(atrium).sort().join()))";
    const { stdout } = await promisify(execFile)(process.execPath, ['-e', script], {
      cwd: fileURLToPath(new URL('../..', import.meta.url)),
    });
    expect(stdout.trim()).to.equal('ConfigError,RoomError,Rooms,configOf,readConfig,serve,startServer,textFrame');
  });
});
