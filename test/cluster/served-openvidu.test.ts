import { expect } from 'chai';
import { adminToken, asAdmin } from '../support/administrator.js';
import { publishOffer } from '../support/fixtures.js';
import { RpcClient } from '../support/rpc-client.js';
import { until } from '../support/until.js';
import { useClusterStage } from './served-node.js';

const secret = 'shared-secret';
const openvidu = { adminToken, openvidu: { secret } };
const media = { hasAudio: true, hasVideo: true, doLoopback: false };

interface Node {
  readonly url: string;
}

describe('OpenVidu at several nodes', function () {
  this.timeout(60_000);
  const stage = useClusterStage();
  const pages: RpcClient[] = [];

  afterEach(() => {
    for (const page of pages.splice(0)) page.cut();
  });

  async function ask(node: Node, method: string, path: string, body?: object): Promise<Record<string, unknown>> {
    const answer = await fetch(new URL(`openvidu/api/${path}`, node.url), {
      ...{ method, body: body ? JSON.stringify(body) : null },
      headers: { Authorization: `Basic ${Buffer.from(`OPENVIDUAPP:${secret}`).toString('base64')}` },
    });
    const text = await answer.text();
    expect(answer.ok, `${method} ${path}: ${answer.status} ${text}`).to.equal(true);
    return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
  }

  async function connect(node: Node): Promise<RpcClient> {
    const page = await RpcClient.connect(node.url, { path: 'openvidu' });
    pages.push(page);
    return page;
  }

  /** A page at one node, with a token that the back end has got from another one. */
  async function join(
    node: Node,
    asked: Node,
  ): Promise<{ page: RpcClient; id: string; joined: Record<string, unknown> }> {
    const { token } = await ask(asked, 'POST', 'sessions/r/connection', {});
    const page = await connect(node);
    const joined = await page.request('joinRoom', { token, session: 'r', metadata: '', platform: 'p' });
    return { page, id: String(joined.id), joined };
  }

  async function signal(page: RpcClient, data: string): Promise<void> {
    await page.request('sendMessage', { message: JSON.stringify({ to: [], data, type: 'signal:x' }) });
  }

  it('pages meet whichever node they came to, resume at another one, and go on when the owner is killed', async () => {
    const owner = await stage.nodeProcess(0, { OPENVIDU_SECRET: secret, ADMIN_TOKEN: adminToken });
    const [one, two] = [await stage.node(openvidu), await stage.node(openvidu)];
    await stage.known([owner, one, two]);
    await ask(owner, 'POST', 'sessions', { customSessionId: 'r' });
    const ana = await join(owner, one);
    const ben = await join(one, owner);
    const cleo = await join(two, one);
    expect(await ana.page.notified('participantJoined')).to.include({ id: ben.id });
    const publisher = await stage.negotiate(ben.page, ben.id, 'publishVideo', media);
    publisher.send();
    const published = await cleo.page.notified('participantPublished');
    const [{ id: streamId }] = published.streams as [{ id: string }];
    const subscriber = await stage.negotiate(cleo.page, ben.id, 'receiveVideoFrom', { sender: streamId });
    await subscriber.receives({ audio: 10, video: 10 });

    cleo.page.cut();
    const back = await connect(one);
    const { sessionId } = cleo.joined;
    expect(await back.request('connect', { sessionId, reconnect: true })).to.deep.equal({
      value: 'reconnection successful',
      sessionId,
    });
    await signal(ben.page, 'before');
    expect(await back.notified('sendMessage')).to.deep.equal({ data: 'before', type: 'signal:x', from: ben.id });

    const { token } = await ask(two, 'POST', 'sessions/r/connection', {});
    const early = await connect(two);
    await owner.end('SIGKILL');
    // Both wait for the next owner.
    const joinedEarly = await early.request('joinRoom', { token, session: 'r' });
    expect((joinedEarly.value as unknown[]).length).to.equal(3);
    await early.request('leaveRoom');
    await signal(ben.page, 'after');
    expect(await back.notified('sendMessage')).to.deep.equal({ data: 'after', type: 'signal:x', from: ben.id });
    const again = await connect(two);
    await again.request('connect', { sessionId: ana.joined.sessionId, reconnect: true });
    // What it missed.
    await again.take((frame) => frame.method === 'sendMessage' && frame.params?.data === 'after');
    const late = await stage.negotiate(again, ben.id, 'receiveVideoFrom', { sender: streamId });
    await late.receives({ video: 10 });

    const session = await ask(two, 'GET', 'sessions/r');
    const { content } = session.connections as { content: Record<string, unknown>[] };
    expect(content.map(({ connectionId, status }) => [connectionId, status])).to.have.deep.members(
      [ana, ben, cleo].map(({ id }) => [id, 'active']),
    );
    const dora = await join(two, one);
    const present = dora.joined.value as { id: string; streams?: [{ id: string }] }[];
    expect(present.map(({ id }) => id)).to.have.members([ana.id, ben.id, cleo.id]);
    expect(present.find(({ id }) => id === ben.id)?.streams?.[0].id, 'the stream has the id that it had').to.equal(
      streamId,
    );

    for (const page of [again, back, ben.page, dora.page]) await page.request('leaveRoom');
    await stage.expectNothingLeft();
  });

  it('a room that is moved takes its tokens, its pages and their streams along', async () => {
    const one = await stage.node({ ...openvidu, nodeName: 'one' });
    const two = await stage.node({ ...openvidu, nodeName: 'two' });
    await stage.known([one, two]);
    await ask(one, 'POST', 'sessions', { customSessionId: 'r' });
    const ana = await join(one, one);
    const { id: stream } = await ana.page.request('publishVideo', { ...media, sdpOffer: publishOffer });
    const { token } = await ask(one, 'POST', 'sessions/r/connection', {});
    const used = await ask(one, 'POST', 'sessions/r/connection', { role: 'MODERATOR' });
    await until('the room is moved', async () => {
      const { status } = await fetch(new URL('api/v1/cluster/rooms/r/move', one.url), {
        method: 'POST',
        headers: { ...asAdmin.headers, 'Content-Type': 'application/json' },
        body: JSON.stringify({ node: 'two' }),
      });
      return status === 200;
    });
    const page = await connect(one);
    const joined = await page.request('joinRoom', { token, session: 'r' });
    const [present] = joined.value as [{ id: string; streams: [{ id: string }] }];
    expect([present.id, present.streams[0].id]).to.deep.equal([ana.id, stream]);
    expect(await ana.page.notified('participantJoined')).to.include({ id: joined.id });
    await signal(page, 'here');
    expect(await ana.page.notified('sendMessage')).to.include({ data: 'here', from: joined.id });
    expect(await page.refusal('forceUnpublish', { streamId: stream })).to.equal(401);
    const moderator = await connect(two);
    expect(await moderator.request('joinRoom', { token: used.token, session: 'r' })).to.include({ role: 'MODERATOR' });
    await moderator.request('forceUnpublish', { streamId: stream });
    expect(await ana.page.notified('participantUnpublished')).to.deep.equal({
      connectionId: ana.id,
      reason: 'forceUnpublishByUser',
    });
  });

  it('an id of a session of the room protocol is none of a page, and a token is used once at whichever node', async () => {
    const [one, two] = [await stage.node(openvidu), await stage.node(openvidu)];
    await stage.known([one, two]);
    await ask(one, 'POST', 'sessions', { customSessionId: 'r' });
    const [, kurento] = await stage.join(two, 'kurt', 'r');
    const page = await connect(two);
    expect(await page.refusal('connect', { sessionId: kurento, reconnect: true })).to.equal(40_007);
    const { token } = await ask(two, 'POST', 'sessions/r/connection', {});
    const others = [await connect(one), await connect(two), page];
    const answers = await Promise.all(others.map((each) => each.call('joinRoom', { token, session: 'r' })));
    expect(answers.map(({ error }) => error?.code).sort()).to.deep.equal([401, 401, undefined]);
    expect(await page.refusal('joinRoom', { token: 'x', session: 'nowhere' })).to.equal(202);
  });
});
