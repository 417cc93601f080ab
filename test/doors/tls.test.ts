import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import type { TLSSocket } from 'node:tls';
import { expect } from 'chai';
import { configOf } from '../../src/config.js';
import { tlsIdentity } from '../../src/tls.js';
import { DoorStage } from './stage.js';

const get = 'GET /getAllRooms HTTP/1.1\r\nHost: localhost\r\n\r\n';

describe('A server with TLS of its own', () => {
  const folder = mkdtempSync(join(tmpdir(), 'atrium-tls-'));
  const tls = { tls: 'self-signed', tlsCert: join(folder, 'cert.pem'), tlsKey: join(folder, 'key.pem') } as const;
  const sockets: TLSSocket[] = [];

  before(() => tlsIdentity(configOf(tls)));
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy();
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  /** A new connection that stays. @returns what its first request is answered */
  async function ask(stage: DoorStage): Promise<string> {
    const { port } = new URL(stage.origin);
    const socket = connect({ port: Number(port), host: '127.0.0.1', ca: readFileSync(tls.tlsCert) });
    socket.on('error', () => undefined);
    sockets.push(socket);
    await once(socket, 'secureConnect');
    socket.write(get);
    const [head] = (await once(socket, 'data')) as [Buffer];
    return head.toString().split(' ')[1] ?? '';
  }

  async function answers(limits: object): Promise<string[]> {
    const stage = new DoorStage({ ...tls, ...limits });
    await stage.start();
    const statuses: string[] = [];
    for (let count = 0; count < 4; count += 1) statuses.push(await ask(stage));
    await stage.stop();
    const refused = stage.lines.filter(({ message }) => message === 'a client was refused');
    return [...statuses, `${refused.length} refused`];
  }

  it('turns connections away that are too many for their address', async () => {
    expect(await answers({ maxConnectionsPerAddress: 2 })).to.deep.equal(['200', '200', '503', '503', '2 refused']);
  });

  it('takes none for a newcomer that has made a request', async () => {
    expect(await answers({ maxNewcomersPerAddress: 1 })).to.deep.equal(['200', '200', '200', '200', '0 refused']);
  });
});
