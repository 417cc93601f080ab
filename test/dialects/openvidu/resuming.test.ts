import { expect } from 'chai';
import { MemberSession } from '../../../dialects/openvidu/session.js';
import { RpcClient } from '../../support/rpc-client.js';
import { useServer } from '../../support/server.js';
import { until } from '../../support/until.js';
import { BackEnd, Page, withOpenvidu } from './stage.js';

describe('OpenVidu §10 lost sockets', () => {
  const lasting = useServer({ ...withOpenvidu, kurentoRoom: { sessionGraceMs: 60_000 } });
  const short = useServer({ ...withOpenvidu, kurentoRoom: { sessionGraceMs: 100 } });
  const clients: RpcClient[] = [];

  async function joined(server: typeof short, session: string, count: number): Promise<Page[]> {
    const backEnd = new BackEnd(server);
    await backEnd.session(session);
    const pages: Page[] = [];
    for (let each = 0; each < count; each += 1) {
      pages.push(await Page.joining(server().url, session, backEnd.connection(session)));
    }
    clients.push(...pages.map(({ rpc }) => rpc));
    for (const page of pages) await page.told();
    return pages;
  }

  async function newSocket(server: typeof short): Promise<RpcClient> {
    const rpc = await RpcClient.connect(server().url, { path: 'openvidu?sessionId=x&reconnect=true' });
    clients.push(rpc);
    return rpc;
  }

  /** Cuts its connection, and waits until the server has noticed that. */
  async function lose(server: typeof short, page: Page): Promise<void> {
    page.cut();
    const member = new BackEnd(server).model.find(page.session)?.connection(page.id)?.participant?.session;
    await until('the server notices the lost socket', () => member instanceof MemberSession && member.detached);
  }

  afterEach(() => {
    for (const client of clients.splice(0)) client.cut();
  });

  it('§10.3 a page comes back on another socket: nobody was told, and what it missed follows the answer in order', async () => {
    const [ana, berta] = await joined(lasting, 'back', 2);
    if (!ana || !berta) throw new Error('nobody');
    const { id: streamId } = await ana.publish();
    await berta.told();
    await lose(lasting, ana);
    for (const data of ['1', '2', '3']) await berta.signal({ to: [ana.id], data, type: 'signal:x' });
    await berta.signal({ data: '4', type: 'signal:x' });
    const { sessionId } = ana.joined;
    const socket = await newSocket(lasting);
    const id = 17;
    socket.send({ jsonrpc: '2.0', method: 'connect', params: { sessionId, reconnect: true }, id });
    await socket.take((frame) => frame.params?.data === '4');
    expect(socket.frames.filter(({ method }) => method !== 'iceCandidate')).to.deep.equal([
      { id, result: { value: 'reconnection successful', sessionId }, jsonrpc: '2.0' },
      ...['1', '2', '3'].map((data) => ({
        method: 'sendMessage',
        params: { data, type: 'signal:x', from: berta.id },
        jsonrpc: '2.0',
      })),
    ]);
    expect(
      (await berta.told()).map(({ method }) => method),
      'its own signal alone',
    ).to.deep.equal(['sendMessage']);
    expect((await berta.receive(String(streamId))).sdpAnswer).to.be.a('string');
    expect(await socket.request('unpublishVideo')).to.deep.equal({ sessionId });
  });

  it('§10.3 the new socket wins: the old one is closed, and has no rights any more', async () => {
    const [ana] = await joined(lasting, 'wins', 1);
    if (!ana) throw new Error('nobody');
    const socket = await newSocket(lasting);
    const { sessionId } = ana.joined;
    await socket.request('connect', { sessionId });
    expect(await ana.rpc.closed).to.equal(1000);
    expect(await socket.request('echo')).to.deep.equal({ sessionId });
  });

  it('§2.3 connect: without an id it is OK, with reconnect alone or an unknown id 40007', async () => {
    const [ana] = await joined(lasting, 'connect', 1);
    if (!ana) throw new Error('nobody');
    const socket = await newSocket(lasting);
    const { error } = await socket.call('connect', { reconnect: true });
    expect(error).to.deep.equal({ code: 40_007, message: 'reconnection error' });
    expect(await socket.refusal('connect', { sessionId: 'unknown', reconnect: true })).to.equal(40_007);
    const { value, sessionId } = await socket.request('connect', {});
    expect(value).to.equal('OK');
    expect(sessionId).to.match(/^[0-9a-f]{32}$/);
    expect(await socket.refusal('unpublishVideo', { sessionId: ana.joined.sessionId }), 'a foreign one').to.equal(
      40_007,
    );
  });

  it('§10.2 once the grace time is over the others are told networkDisconnect, and the session is unknown', async () => {
    const [ana, berta] = await joined(short, 'lost', 2);
    if (!ana || !berta) throw new Error('nobody');
    ana.cut();
    expect(await berta.rpc.notified('participantLeft')).to.deep.equal({
      connectionId: ana.id,
      reason: 'networkDisconnect',
    });
    const socket = await newSocket(short);
    expect(await socket.refusal('connect', { sessionId: ana.joined.sessionId, reconnect: true })).to.equal(40_007);
  });

  for (const [code, reason] of [
    [4102, 'Connection closed by client'],
    [4101, 'Reconnection fault'],
  ] as const) {
    it(`§10.2 ${code} is a farewell: the others are told at once`, async () => {
      const [ana, berta] = await joined(lasting, `farewell-${code}`, 2);
      if (!ana || !berta) throw new Error('nobody');
      ana.rpc.closeWith(code, reason);
      expect(await berta.rpc.notified('participantLeft')).to.deep.equal({ connectionId: ana.id, reason: 'disconnect' });
    });
  }

  it('§10.2 4104 is none: the page comes back', async () => {
    const [ana, berta] = await joined(lasting, 'reconnection', 2);
    if (!ana || !berta) throw new Error('nobody');
    ana.rpc.closeWith(4104, 'Connection closed for reconnection');
    await ana.rpc.closed;
    const socket = await newSocket(lasting);
    await socket.request('connect', { sessionId: ana.joined.sessionId, reconnect: true });
    expect(await berta.told()).to.deep.equal([]);
  });

  it('§10.4 a page that is away is told that it was removed when it comes back', async () => {
    const [ana, berta] = await joined(lasting, 'away', 2);
    if (!ana || !berta) throw new Error('nobody');
    await lose(lasting, ana);
    new BackEnd(lasting).model.close('away');
    const socket = await newSocket(lasting);
    await socket.request('connect', { sessionId: ana.joined.sessionId, reconnect: true });
    expect(await socket.notified('participantEvicted')).to.deep.equal({
      connectionId: ana.id,
      reason: 'sessionClosedByServer',
    });
    expect(await socket.refusal('unpublishVideo')).to.equal(103);
  });

  it('§10.1, §10.4 the socket of a page that left or was removed is closed after 10 s, although it pings', async () => {
    const [ana, berta, clara] = await joined(lasting, 'unused', 3);
    if (!ana || !berta || !clara) throw new Error('nobody');
    await ana.rpc.request('leaveRoom');
    const { participant } = new BackEnd(lasting).model.find('unused')?.connection(berta.id) ?? {};
    if (participant) participant.room.evict(participant);
    await berta.rpc.notified('participantEvicted');
    for (const { rpc } of [ana, berta]) await rpc.request('ping');
    expect(await Promise.all([ana.rpc.closed, berta.rpc.closed])).to.deep.equal([1000, 1000]);
    await clara.rpc.request('echo');
  });

  it('§2.3 a page that stops pinging is lost', async () => {
    const [berta] = await joined(short, 'silent', 1);
    if (!berta) throw new Error('nobody');
    const ana = await Page.connect(short().url, 'silent', new BackEnd(short).connection('silent').token ?? '');
    clients.push(ana.rpc);
    await ana.rpc.request('ping', { interval: 500 });
    await ana.join();
    expect(await ana.rpc.closed).to.equal(1000);
    expect(await berta.rpc.notified('participantLeft')).to.include({ reason: 'networkDisconnect' });
  });
});
