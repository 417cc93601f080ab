import { expect } from 'chai';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunningServer } from '../../../src/server.js';
import { RpcClient } from '../../support/rpc-client.js';
import { startTestServer } from '../../support/server.js';
import { BackEnd, Page, withOpenvidu } from './stage.js';

describe('OpenVidu: a server that restarts with its state', () => {
  const folder = mkdtempSync(join(tmpdir(), 'atrium-openvidu-'));
  const config = { ...withOpenvidu, redisUrl: '', stateFile: join(folder, 'state'), drainS: 0 };
  let server: RunningServer | undefined;

  after(async () => {
    await server?.stop();
    rmSync(folder, { recursive: true });
  });

  it('has its sessions, their tokens and their members again', async () => {
    const former = await startTestServer(config);
    const backEnd = new BackEnd(() => former);
    await backEnd.session('restart');
    const pending = backEnd.connection('restart', { role: 'MODERATOR', data: 'server data' });
    const ana = await Page.joining(former.url, 'restart', backEnd.connection('restart'), 'Ana');
    await former.suspend();
    expect(await ana.rpc.closed, 'it comes back by itself').to.equal(1012);

    server = await startTestServer(config);
    const socket = await RpcClient.connect(server.url, { path: 'openvidu' });
    const { sessionId } = ana.joined;
    expect(await socket.request('connect', { sessionId, reconnect: true })).to.include({ sessionId });
    const berta = await Page.joining(server.url, 'restart', pending);
    expect(berta.joined).to.deep.include({
      ...{ id: pending.id, role: 'MODERATOR', metadata: 'server data' },
      value: [{ id: ana.id, createdAt: ana.joined.createdAt, metadata: 'Ana' }],
    });
    expect(await socket.notified('participantJoined')).to.include({ id: pending.id });
    await berta.rpc.request('forceDisconnect', { connectionId: ana.id });
    expect(await socket.notified('participantEvicted')).to.deep.equal({
      connectionId: ana.id,
      reason: 'forceDisconnectByUser',
    });
    socket.cut();
    berta.cut();
  });
});
