import { expect } from 'chai';
import { z } from 'zod';
import type { Answer } from '../../../../tools/kurento-socket.js';
import { expectError, ProtocolStage } from './protocol-stage.js';

describe('the Kurento protocol of the embedded engine, sessions (§3.1, §3.2, §3.10, §4)', () => {
  const stage = new ProtocolStage();

  const sessionOf = (answer: Answer): string => z.object({ sessionId: z.string() }).parse(answer.result).sessionId;

  it('are bound to the socket and named in every result', async () => {
    const session = sessionOf(await stage.client.request('create', { type: 'MediaPipeline' }));
    expect(sessionOf(await stage.client.request('describe', { object: 'manager_ServerManager' }))).to.equal(session);
    expect(await stage.client.invoke('manager_ServerManager', 'getSessions')).to.deep.equal([session]);
  });

  it('are not made by pings, which name the one they were given', async () => {
    expect((await stage.client.request('ping', { interval: 5000, sessionId: 'x' })).result).to.deep.equal({
      sessionId: 'x',
      value: 'pong',
    });
    expect((await stage.client.request('ping')).result).to.deep.equal({ value: 'pong' });
    expect(stage.server.media.sessions.all).to.deep.equal([]);
  });

  it('survive their socket: another takes them up, with objects and subscriptions', async () => {
    const { endpoint } = await stage.pipelineWithEndpoint();
    await stage.client.subscribe(endpoint, 'ElementConnected');
    const session = sessionOf(await stage.client.request('describe', { object: endpoint }));
    await stage.client.close();
    const again = await stage.connect();
    const answer = await again.request('connect', { sessionId: session });
    expect(answer.result).to.have.all.keys('serverId', 'sessionId');
    await again.invoke(endpoint, 'connect', { sink: endpoint });
    await again.event('ElementConnected', endpoint);
  });

  it('that are unknown cannot be resumed, but are made when they are used', async () => {
    expectError(
      await stage.client.request('connect', { sessionId: 'old' }),
      40007,
      'INVALID_SESSION',
      'Invalid session',
    );
    expectError(await stage.client.request('keepAlive', { sessionId: 'old' }), 40007, 'INVALID_SESSION');
    expect(sessionOf(await stage.client.request('create', { type: 'MediaPipeline', sessionId: 'old' }))).to.equal(
      'old',
    );
    expect(sessionOf(await stage.client.request('keepAlive', { sessionId: 'old' }))).to.equal('old');
  });

  it('have one identity of the server for its whole run', async () => {
    const server1 = z
      .object({ serverId: z.string() })
      .parse((await stage.client.request('connect', {})).result).serverId;
    const server2 = z
      .object({ serverId: z.string() })
      .parse((await (await stage.connect()).request('connect', {})).result).serverId;
    expect(server1).to.equal(server2);
  });

  it('that lost their socket are dropped with their objects after one period without use', async () => {
    await stage.pipelineWithEndpoint();
    await stage.client.close();
    const other = await stage.connect();
    await other.until(() => true);
    stage.server.now += 239_000;
    stage.server.media.sessions.collect();
    expect(stage.server.media.objects.size).to.equal(2);
    stage.server.now += 2_000;
    stage.server.media.sessions.collect();
    expect(stage.server.media.objects.size).to.equal(0);
    expect(stage.server.transports.count).to.equal(0);
  });

  it('with an open socket stay, however long they are silent', async () => {
    await stage.pipelineWithEndpoint();
    for (let period = 0; period < 3; period++) {
      stage.server.now += 240_000;
      stage.server.media.sessions.collect();
    }
    expect(stage.server.media.objects.size).to.equal(2);
  });

  it('leave behind what another session holds, and its parents', async () => {
    const { pipeline, endpoint } = await stage.pipelineWithEndpoint();
    await stage.client.create('WebRtcEndpoint', { mediaPipeline: pipeline });
    const other = await stage.connect();
    await other.request('describe', { object: endpoint });
    await stage.client.close();
    await other.value('ping', {});
    stage.server.now += 240_000;
    stage.server.media.sessions.collect();
    expect(stage.server.media.objects.all.map(({ id }) => id)).to.have.members([pipeline, endpoint]);
  });

  it('can be closed, with or without their objects', async () => {
    const { endpoint } = await stage.pipelineWithEndpoint();
    const session = sessionOf(await stage.client.request('describe', { object: endpoint }));
    const other = await stage.connect();
    await other.request('describe', { object: endpoint });
    expect((await stage.client.request('closeSession', { sessionId: session })).result).to.equal(null);
    expect(stage.server.media.objects.size, 'held by the other').to.equal(2);
    const after = await stage.client.request('create', { type: 'MediaPipeline' });
    expect(stage.server.media.sessions.all.map(({ id }) => id)).to.include(sessionOf(after));
    await stage.client.request('closeSession', { sessionId: sessionOf(after), release: true });
    const second = sessionOf(await other.request('describe', { object: endpoint }));
    await other.request('closeSession', { sessionId: second, release: true });
    expect(stage.server.media.objects.size).to.equal(0);
  });

  it('can let go of single objects', async () => {
    const { endpoint } = await stage.pipelineWithEndpoint();
    expect((await stage.client.request('unref', { object: 'x' })).error).to.equal(undefined);
    await stage.client.request('unref', { object: endpoint });
    expect(stage.server.media.objects.size).to.equal(1);
  });
});
