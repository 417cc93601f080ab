import { expect } from 'chai';
import { OpenVidu, OpenViduRole } from 'openvidu-node-client';
import { RestStage, secret } from './rest-stage.js';

/** The unmodified library of back ends. */
describe('openvidu-node-client', () => {
  let stage: RestStage;
  let client: OpenVidu;

  beforeEach(async () => {
    stage = new RestStage();
    await stage.start();
    client = new OpenVidu(stage.origin, secret);
  });

  afterEach(async () => {
    await stage.stop();
    expect(stage.defects).to.deep.equal([]);
  });

  it('makes a session once, and goes on with it the second time', async () => {
    const one = await client.createSession({ customSessionId: 'A' });
    const other = await client.createSession({ customSessionId: 'A' });
    expect([one.sessionId, other.sessionId]).to.deep.equal(['A', 'A']);
    expect(stage.sessions.list()).to.have.lengthOf(1);
  });

  it('sees what members do, and moderates them', async () => {
    const session = await client.createSession({ customSessionId: 'A' });
    const made = await session.createConnection({ role: OpenViduRole.SUBSCRIBER, data: 'server' });
    expect(made.token).to.include('sessionId=A&token=tok_');
    // The first time the client puts what it knows into another order.
    await session.fetch();
    expect(await session.fetch(), 'nothing has changed').to.equal(false);
    await session.updateConnection(made.connectionId, { role: OpenViduRole.PUBLISHER });
    const ovSession = stage.session('A');
    const connection = ovSession.connection(made.connectionId);
    if (!connection) throw new Error('it is there');
    const page = stage.enter(ovSession, connection);
    const stream = await stage.publish(connection, page);
    expect(await client.fetch()).to.equal(true);
    const [active] = client.activeSessions[0]?.activeConnections ?? [];
    expect(active?.publishers[0]?.streamId).to.equal(stream.id);
    await session.forceUnpublish(stream.id);
    expect(page.publication).to.equal(undefined);
    expect(await session.fetch(), 'the client has seen to that').to.equal(false);
    const other = await session.createConnection();
    stage.enter(ovSession, ovSession.connection(other.connectionId) ?? connection);
    await session.fetch();
    await session.forceDisconnect(made.connectionId);
    expect(page.closed).to.equal(true);
    expect(await session.fetch()).to.equal(false);
    await session.close();
    expect(stage.sessions.list()).to.deep.equal([]);
  });

  it('gets tokens in the old way', async () => {
    const session = await client.createSession();
    // oxlint-disable-next-line typescript/no-deprecated -- back ends still use it
    const token = await session.generateToken({ role: OpenViduRole.MODERATOR });
    expect(stage.session(session.sessionId).connectionByToken(token)?.role).to.equal('MODERATOR');
  });

  it('is told the status of what is refused', async () => {
    const messages: string[] = [];
    const keep = (error: Error): void => {
      messages.push(error.message);
    };
    const session = await client.createSession({ customSessionId: 'A' });
    await session.forceDisconnect('con_X').catch(keep);
    await client.startRecording('A').catch(keep);
    await new OpenVidu(stage.origin, 'wrong').createSession().catch(keep);
    expect(messages).to.deep.equal(['404', '501', '401']);
  });
});
