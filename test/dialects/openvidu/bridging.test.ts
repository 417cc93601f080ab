import { expect } from 'chai';
import { receiveOffer, publishOffer } from '../../support/fixtures.js';
import { RpcClient } from '../../support/rpc-client.js';
import { useServer } from '../../support/server.js';
import { BackEnd, Page, withOpenvidu } from './stage.js';

describe('OpenVidu §14 rooms with others', () => {
  const server = useServer(withOpenvidu);
  const backEnd = new BackEnd(server);
  const clients: RpcClient[] = [];

  async function join(session: string, body: object = {}, metadata = ''): Promise<Page> {
    const page = await Page.joining(server().url, session, backEnd.connection(session, body), metadata);
    clients.push(page.rpc);
    return page;
  }

  async function stranger(user: string, room: string, features: string[] = []): Promise<RpcClient> {
    const client = await RpcClient.connect(server().url);
    clients.push(client);
    await client.request('joinRoom', { user, room, features });
    return client;
  }

  afterEach(() => {
    for (const client of clients.splice(0)) client.cut();
  });

  it('a client of the room protocol is a connection with its name as metadata, whether it was there before or comes later', async () => {
    await backEnd.session('people');
    await stranger('kurt', 'people');
    const ana = await join('people', {}, '{"clientData":"Ana"}');
    const [first] = ana.joined.value as Record<string, unknown>[];
    expect(first).to.have.all.keys('id', 'createdAt', 'metadata');
    expect(first?.id).to.match(/^con_[A-Z][A-Za-z0-9]{9}$/);
    expect(first?.metadata).to.equal('{"clientData":"kurt"}');
    const lena = await stranger('lena', 'people');
    const params = await ana.toldOnce();
    expect(params).to.include({ metadata: '{"clientData":"lena"}' });
    await lena.request('leaveRoom');
    expect(await ana.told()).to.deep.equal([
      { method: 'participantLeft', params: { connectionId: params.id, reason: 'disconnect' } },
    ]);
  });

  it('members have the name of their metadata in other protocols', async () => {
    await backEnd.session('names');
    const kurt = await stranger('kurt', 'names');
    await join('names', {}, '{"clientData":"Ana"}');
    await join('names', {}, 'Berta');
    await join('names', { data: '{"clientData":"Clara"}' }, '');
    const { id } = await join('names', { data: '["no name"]' }, '{"other":1}');
    const names: unknown[] = [];
    for (let each = 0; each < 4; each += 1) names.push((await kurt.notified('participantJoined')).id);
    expect(names).to.deep.equal(['Ana', 'Berta', 'Clara', id]);
  });

  it('streams are seen and received both ways', async () => {
    await backEnd.session('media');
    const kurt = await stranger('kurt', 'media');
    const ana = await join('media', {}, 'Ana');
    await kurt.request('publishVideo', { sdpOffer: publishOffer });
    const params = (await ana.toldOnce()) as { id: string; streams: Record<string, unknown>[] };
    const [stream] = params.streams;
    expect(stream).to.include({ hasAudio: true, hasVideo: true, typeOfVideo: 'CAMERA', frameRate: -1 });
    expect(stream?.id).to.match(new RegExp(`^str_CAM_\\w{4}_${params.id}$`));
    expect((await ana.receive(String(stream?.id))).sdpAnswer).to.include('m=video');
    expect((await ana.rpc.notified('iceCandidate')).senderConnectionId).to.equal(params.id);
    await ana.publish();
    expect(await kurt.notified('participantPublished')).to.deep.equal({ id: 'Ana', streams: [{ id: 'webcam' }] });
    await kurt.request('receiveVideoFrom', { sender: 'Ana_webcam', sdpOffer: receiveOffer });
    await kurt.request('unpublishVideo');
    expect(await ana.told()).to.deep.equal([
      { method: 'participantUnpublished', params: { connectionId: params.id, reason: 'unpublish' } },
    ]);
  });

  it('chat goes both ways; other signals reach members alone', async () => {
    await backEnd.session('chat');
    const kurt = await stranger('kurt', 'chat');
    const ana = await join('chat', {}, 'Ana');
    const [{ id }] = ana.joined.value as [{ id: string }];
    await kurt.request('sendMessage', { message: 'Hello', userMessage: 'kurt', roomMessage: 'chat' });
    expect(await ana.told()).to.deep.equal([
      { method: 'sendMessage', params: { type: 'signal:chat', data: 'Hello', from: id } },
    ]);
    await kurt.notified('sendMessage');
    await ana.signal({ type: 'signal:chat', data: '{"message":"Hi","nickname":"A"}' });
    expect(await kurt.notified('sendMessage')).to.include({ message: 'Hi', user: 'Ana' });
    expect(await ana.told()).to.deep.equal([
      {
        method: 'sendMessage',
        params: { type: 'signal:chat', data: '{"message":"Hi","nickname":"A"}', from: ana.id },
      },
    ]);
    await ana.signal({ type: 'signal:other', data: 'x' });
    await ana.signal({ type: 'signal:chat', data: 'plain' });
    expect(await kurt.notified('sendMessage')).to.include({ message: 'plain' });
    // The room protocol has no texts to one person.
    expect((await ana.signal({ type: 'signal:chat', data: 'psst', to: [id] })).error?.code).to.equal(601);
    expect((await ana.signal({ type: 'signal:other', data: 'psst', to: [id] })).error?.code).to.equal(601);
  });

  it('a stranger can be removed, in the words of its protocol; its stream cannot be ended alone', async () => {
    await backEnd.session('evict');
    const kurt = await stranger('kurt', 'evict');
    const mod = await join('evict', { role: 'MODERATOR' });
    await kurt.request('publishVideo', { sdpOffer: publishOffer });
    const params = (await mod.toldOnce()) as { id: string; streams: { id: string }[] };
    expect(await mod.rpc.refusal('forceUnpublish', { streamId: params.streams[0]?.id })).to.equal(999);
    await mod.rpc.request('forceDisconnect', { connectionId: params.id });
    expect(await kurt.notified('participantEvicted')).to.deep.equal({});
    expect(await mod.told()).to.deep.equal([
      { method: 'participantLeft', params: { connectionId: params.id, reason: 'forceDisconnectByUser' } },
    ]);
  });

  it('a room of others is entered with a session and a token alone, and ends with its last participant', async () => {
    const kurt = await stranger('kurt', 'theirs');
    const page = await Page.connect(server().url, 'theirs', 'tok_x');
    clients.push(page.rpc);
    expect(await page.rpc.refusal('joinRoom', page.joinParams())).to.equal(202);
    await backEnd.session('theirs');
    const ana = await join('theirs');
    expect(ana.joined.value).to.have.lengthOf(1);
    await ana.rpc.request('leaveRoom');
    expect(backEnd.model.find('theirs')).to.not.equal(undefined);
    await kurt.request('leaveRoom');
    expect(backEnd.model.find('theirs')).to.equal(undefined);
  });
});

describe('OpenVidu §14 with BRIDGE=false', () => {
  const server = useServer({ ...withOpenvidu, bridge: false, pathPrefix: '/media' });
  const backEnd = new BackEnd(server);

  it('nobody of another protocol comes into a session; §2.1 the path is at the root, whatever the prefix', async () => {
    await backEnd.session('apart');
    const root = `${new URL(server().url).origin}/`;
    const ana = await Page.joining(root, 'apart', backEnd.connection('apart'));
    const kurt = await RpcClient.connect(server().url);
    expect(await kurt.request('joinRoom', { user: 'kurt', room: 'apart' })).to.deep.include({ value: [] });
    expect(await kurt.refusal('joinRoom', { user: 'kurt', room: 'openvidu:apart' })).to.not.equal(undefined);
    expect(await ana.told()).to.deep.equal([]);
    ana.cut();
    kurt.cut();
  });
});
