import { expect } from 'chai';
import { RpcClient } from '../../support/rpc-client.js';
import { useServer } from '../../support/server.js';
import { BackEnd, Page, withOpenvidu } from './stage.js';

describe('OpenVidu §4 joining', () => {
  const server = useServer({ ...withOpenvidu, iceServers: ['stun:stun.example:3478'] });
  const backEnd = new BackEnd(server);
  const pages: Page[] = [];

  async function join(session: string, body: object = {}, metadata = ''): Promise<Page> {
    const page = await Page.joining(server().url, session, backEnd.connection(session, body), metadata);
    pages.push(page);
    return page;
  }

  afterEach(() => {
    for (const page of pages.splice(0)) page.cut();
  });

  it('§4.1 is answered with all that the library needs, alone in the session', async () => {
    await backEnd.session('alone');
    const connection = backEnd.connection('alone', { data: 'server data', role: 'MODERATOR', record: false });
    const page = await Page.connect(server().url, 'alone', connection.token ?? '');
    pages.push(page);
    const { finalUserId, createdAt, sessionId, ...rest } = await page.join({ metadata: '{"clientData":"Ana"}' });
    expect(rest).to.deep.equal({
      id: connection.id,
      metadata: '{"clientData":"Ana"}%/%server data',
      value: [],
      session: 'alone',
      version: '2.32.2',
      mediaServer: 'kurento',
      videoSimulcast: false,
      record: false,
      role: 'MODERATOR',
      customIceServers: [{ url: 'stun:stun.example:3478' }],
    });
    expect(createdAt).to.be.a('number');
    expect(finalUserId).to.match(/^\w{10,}$/);
    expect(sessionId).to.match(/^[0-9a-f]{32}$/);
  });

  it('§4.1 names the version of the library where that is one of its line, and its own otherwise', async () => {
    await backEnd.session('versions');
    for (const [given, version] of [
      ['2.20.1', '2.20.1'],
      ['3.0.0', '2.32.2'],
      [undefined, '2.32.2'],
      ['2.x', '2.32.2'],
    ]) {
      const page = await Page.connect(server().url, 'versions', backEnd.connection('versions').token ?? '');
      pages.push(page);
      expect(await page.join({ sdkVersion: given })).to.include({ version });
    }
  });

  it('§4.2 lists the others in their order, with the streams of those that publish and without the member otherwise', async () => {
    await backEnd.session('others');
    const [ana, berta] = [await join('others', {}, 'Ana'), await join('others', { data: 'b' }, 'Berta')];
    const { id: streamId, createdAt } = await berta.publish({ audioActive: false });
    const { value } = (await join('others')).joined;
    expect(value).to.deep.equal([
      { id: ana.id, createdAt: ana.joined.createdAt, metadata: 'Ana' },
      {
        ...{ id: berta.id, createdAt: berta.joined.createdAt, metadata: 'Berta%/%b' },
        streams: [
          {
            ...{ id: streamId, createdAt, hasAudio: true, hasVideo: true, audioActive: false, videoActive: true },
            ...{ typeOfVideo: 'CAMERA', frameRate: 30, videoDimensions: '{"width":640,"height":480}', filter: {} },
          },
        ],
      },
    ]);
  });

  it('§4.4 tells the others who came, and nothing else of them', async () => {
    await backEnd.session('told');
    const ana = await join('told');
    const berta = await join('told', { data: 'd' }, 'm');
    expect(await ana.told()).to.deep.equal([
      { method: 'participantJoined', params: { id: berta.id, createdAt: berta.joined.createdAt, metadata: 'm%/%d' } },
    ]);
    expect(await berta.told()).to.deep.equal([]);
  });

  it('§4.1 is refused in the order of the checks, and a refused join keeps the token', async () => {
    await backEnd.session('refused');
    const { token = '' } = backEnd.connection('refused');
    const page = await Page.connect(server().url, 'refused', token);
    pages.push(page);
    const errors = async (params: object) => (await page.rpc.call('joinRoom', page.joinParams(params))).error;
    expect(await errors({ session: 'nowhere', token: 'x' })).to.deep.equal({
      code: 202,
      message: 'Unable to join session. Session nowhere cannot be found',
    });
    expect(await errors({ token: 'tok_unknown' })).to.deep.equal({
      code: 401,
      message: 'Unable to join session refused. Token tok_unknown is not valid',
    });
    expect(await errors({ metadata: 'x'.repeat(10_001) })).to.include({ code: -32_602 });
    expect(await errors({ session: undefined })).to.include({ code: -32_602 });
    await page.join();
    const again = backEnd.connection('refused');
    expect(await errors({ token: again.token })).to.include({ code: 104 });
    expect(again.isPending).to.equal(true);
  });

  it('§3 takes the bare token, and an address with another host; one that is used, deleted or of another session is no good', async () => {
    await backEnd.session('tokens');
    await backEnd.session('tokens-2');
    const connection = backEnd.connection('tokens');
    const { token = '' } = connection;
    const page = await Page.connect(server().url, 'tokens-2', token);
    pages.push(page);
    expect(await page.rpc.refusal('joinRoom', page.joinParams())).to.equal(401);
    await page.join({ session: 'tokens', token });
    expect((await join('tokens')).joined.value).to.have.lengthOf(1);
    const late = await Page.connect(server().url, 'tokens', token);
    pages.push(late);
    expect(await late.rpc.refusal('joinRoom', late.joinParams())).to.equal(401);
    const deleted = backEnd.connection('tokens');
    backEnd.model.find('tokens')?.forceDisconnect(deleted);
    expect(await late.rpc.refusal('joinRoom', late.joinParams({ token: deleted.token }))).to.equal(401);
    await page.rpc.request('leaveRoom');
    expect(await late.rpc.refusal('joinRoom', late.joinParams())).to.equal(401);
  });

  it('§3 lets one of several pages in that use a token at the same time', async () => {
    await backEnd.session('race');
    const { token = '' } = backEnd.connection('race');
    const all = await Promise.all(Array.from({ length: 5 }, () => Page.connect(server().url, 'race', token)));
    pages.push(...all);
    const answers = await Promise.all(all.map((page) => page.rpc.call('joinRoom', page.joinParams())));
    expect(answers.map(({ error }) => error?.code).sort()).to.deep.equal([401, 401, 401, 401, undefined]);
  });

  it('§2.3 anything before joinRoom is 803, and a method that is not there -32601', async () => {
    await backEnd.session('first');
    const page = await Page.connect(server().url, 'first', backEnd.connection('first').token ?? '');
    pages.push(page);
    for (const method of ['publishVideo', 'leaveRoom', 'echo', 'videoData', 'unpublishVideo']) {
      const { error } = await page.rpc.call(method, { sdpOffer: 'v=0', hasAudio: true, hasVideo: true });
      expect(error?.code, method).to.equal(803);
      expect(error?.message).to.include('must be the first operation');
    }
    for (const method of ['customRequest', 'sessionStatus', 'dance']) {
      expect(await page.rpc.refusal(method), method).to.equal(-32_601);
    }
    expect(await page.rpc.call('ping', { interval: 5000 }, 0)).to.deep.equal({
      id: 0,
      result: { value: 'pong' },
      jsonrpc: '2.0',
    });
    await page.join();
    expect(await page.rpc.call('ping', undefined, 7)).to.deep.include({ result: { value: 'pong' } });
    expect(await page.rpc.request('echo')).to.deep.equal({ sessionId: page.joined.sessionId });
  });

  it('§10.1 a page that left may join again on its socket, with another token', async () => {
    await backEnd.session('again');
    const ana = await join('again');
    const berta = await join('again');
    await ana.told();
    await berta.rpc.request('leaveRoom');
    expect(await ana.told()).to.deep.equal([
      { method: 'participantLeft', params: { connectionId: berta.id, reason: 'disconnect' } },
    ]);
    expect(await berta.rpc.refusal('leaveRoom')).to.equal(103);
    const { token } = backEnd.connection('again');
    const { value } = await berta.join({ token });
    expect(value).to.have.lengthOf(1);
    expect(await ana.told()).to.have.lengthOf(1);
  });

  it('§10.1 closeSession ends it with bye, and the others are told at once', async () => {
    await backEnd.session('bye');
    const [ana, berta] = [await join('bye'), await join('bye')];
    await ana.told();
    expect((await berta.rpc.call('closeSession')).result).to.equal('bye');
    expect(await berta.rpc.closed).to.equal(1000);
    expect(await ana.rpc.notified('participantLeft')).to.deep.equal({ connectionId: berta.id, reason: 'disconnect' });
  });

  it('§2.1 is at the root also where there is a path prefix, whatever the query, and not there without a secret', async () => {
    const rpc = await RpcClient.connect(server().url, { path: 'openvidu?sessionId=x&reconnect=true' });
    await rpc.request('ping');
    rpc.cut();
  });
});
