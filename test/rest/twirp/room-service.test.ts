import { expect } from 'chai';
import {
  DataPacket_Kind,
  ParticipantInfo_State,
  RoomServiceClient,
  ServerError,
  TrackSource,
  TrackType,
} from 'livekit-server-sdk';
import { WebSocket } from 'ws';
import { publishOffer, receiveOffer } from '../../support/fixtures.js';
import { RpcClient } from '../../support/rpc-client.js';
import { useServer } from '../../support/server.js';
import { tokenWith } from '../../support/tokens.js';
import { ProtobufRpc } from './protobuf-rpc.js';

const key = 'backend';
const secret = 'a-secret-of-more-than-32-characters';
const keys = `${key}: ${secret}`;

/** What a call is refused with, as `404 not_found: …`. */
async function refusal(call: () => Promise<unknown>): Promise<string> {
  try {
    await call();
  } catch (error) {
    if (error instanceof ServerError) return `${error.status} ${error.code}: ${error.message}`;
    throw error;
  }
  throw new Error('the call was not refused');
}

/** docs/access.md#livekits-server-sdks. What is sent is what the SDK sends. */
for (const form of ['JSON', 'protobuf'] as const) {
  describe(`LiveKit's RoomService, asked in ${form}`, () => {
    const server = useServer({ keys, adminToken: 'secret-token', evictionMs: 0, pathPrefix: '/below' });
    const clients: RpcClient[] = [];
    let sdk: RoomServiceClient;
    before(() => {
      sdk = client();
    });
    afterEach(async () => {
      for (const each of clients.splice(0)) {
        each.cut();
        await each.closed;
      }
      for (const name of server().rooms.names) server().rooms.find(name)?.close('the test is over');
    });

    /** @param token in place of those that the SDK makes for each method */
    function client(token?: string, from = secret): RoomServiceClient {
      const host = new URL('/', server().url).href;
      const made = new RoomServiceClient(host, key, from, token === undefined ? {} : { token });
      if (form === 'protobuf') Reflect.set(made, 'rpc', new ProtobufRpc(host));
      return made;
    }

    async function join(user: string, room = 'r', params: object = {}): Promise<RpcClient> {
      const joined = await RpcClient.connect(server().url);
      clients.push(joined);
      await joined.request('joinRoom', { user, room, ...params });
      return joined;
    }

    it('makes rooms with what is set, lists and closes them', async () => {
      const room = await sdk.createRoom({
        name: 'r',
        emptyTimeout: 9,
        departureTimeout: 8,
        maxParticipants: 2,
        metadata: 'm',
      });
      expect(room).to.deep.include({
        name: 'r',
        emptyTimeout: 9,
        departureTimeout: 8,
        maxParticipants: 2,
        metadata: 'm',
      });
      expect(room.sid).to.match(/^RM_\w{16}$/);
      expect(Number(room.creationTime)).to.be.closeTo(Date.now() / 1_000, 60);
      const again = await sdk.createRoom({ name: 'r', metadata: 'another' });
      expect([again.sid, again.metadata], 'as it is').to.deep.equal([room.sid, 'm']);
      const other = await sdk.createRoom({ name: 's' });
      expect([other.emptyTimeout, other.departureTimeout, other.maxParticipants]).to.deep.equal([300, 20, 0]);
      expect((await sdk.listRooms()).map(({ name }) => name)).to.deep.equal(['r', 's']);
      expect((await sdk.listRooms(['s', 'x', 's'])).map(({ name }) => name)).to.deep.equal(['s']);
      expect((await sdk.updateRoomMetadata('s', 'é')).metadata).to.equal('é');
      expect((await sdk.updateRoomMetadata('s', '')).metadata).to.equal('');
      const ana = await join('ana', 's');
      await sdk.deleteRoom('s');
      await ana.notified('roomClosed');
      expect(server().rooms.names).to.deep.equal(['r']);
    });

    it('shows participants and their tracks, whose ids live as long as the publication', async () => {
      const ana = await join('ana', 'r', { features: ['state'] });
      await ana.request('publishVideo', { sdpOffer: publishOffer });
      const info = await sdk.getParticipant('r', 'ana');
      expect(info).to.deep.include({
        identity: 'ana',
        name: 'ana',
        isPublisher: true,
        state: ParticipantInfo_State.ACTIVE,
      });
      expect(info.sid).to.match(/^PA_\w{16}$/);
      expect(info.permission).to.deep.include({
        canPublish: true,
        canSubscribe: true,
        canPublishData: true,
        hidden: false,
      });
      const [audio, video] = info.tracks;
      expect(audio).to.deep.include({ type: TrackType.AUDIO, source: TrackSource.MICROPHONE, muted: false });
      expect(video).to.deep.include({ type: TrackType.VIDEO, source: TrackSource.CAMERA, muted: false });
      const sids = [audio?.sid, video?.sid];
      expect(new Set(sids).size).to.equal(2);
      for (const sid of sids) expect(sid).to.match(/^TR_\w{16}$/);
      const [listed] = await sdk.listParticipants('r');
      expect(listed?.tracks.map(({ sid }) => sid)).to.deep.equal(sids);
      const [room] = await sdk.listRooms();
      expect(room).to.deep.include({ numParticipants: 1, numPublishers: 1 });
      await ana.request('updateState', { audio: false });
      expect((await sdk.getParticipant('r', 'ana')).tracks.map(({ muted }) => muted)).to.deep.equal([true, false]);
      await ana.request('unpublishVideo', {});
      await ana.request('publishVideo', { sdpOffer: publishOffer });
      const again = await sdk.getParticipant('r', 'ana');
      expect(again.sid).to.equal(info.sid);
      expect(again.tracks.map(({ sid }) => sid)).to.not.have.members(sids);
    });

    it('cuts a track, and lifts no more than its own cut', async () => {
      const ana = await join('ana', 'r', { features: ['state'] });
      await ana.request('publishVideo', { sdpOffer: publishOffer });
      const [audio] = (await sdk.getParticipant('r', 'ana')).tracks;
      const sid = audio?.sid ?? '';
      const cut = await sdk.mutePublishedTrack('r', 'ana', sid, true);
      expect([cut.sid, cut.muted]).to.deep.equal([sid, true]);
      expect(server().rooms.find('r')?.find('ana')?.state.mutedByModerator).to.deep.equal(['audio']);
      expect((await sdk.mutePublishedTrack('r', 'ana', sid, false)).muted).to.be.false;
      await ana.request('updateState', { audio: false });
      expect((await sdk.mutePublishedTrack('r', 'ana', sid, false)).muted, 'muted by the client').to.be.true;
    });

    it('changes a participant: absent members stay, and absent grants of a permission are false', async () => {
      const ana = await join('ana', 'r', { features: ['metadata', 'moderation'] });
      const changed = await sdk.updateParticipant('r', 'ana', {
        name: 'Ana',
        metadata: 'm',
        attributes: { colour: 'red', size: 'L' },
      });
      expect(changed).to.deep.include({ name: 'Ana', metadata: 'm', attributes: { colour: 'red', size: 'L' } });
      const { id, ...told } = await ana.notified('participantUpdated');
      expect([id, told]).to.deep.equal([
        'ana',
        { name: 'Ana', metadata: 'm', attributes: { colour: 'red', size: 'L' } },
      ]);
      const less = await sdk.updateParticipant('r', 'ana', { attributes: { size: '' } });
      expect(less).to.deep.include({ name: 'Ana', metadata: 'm', attributes: { colour: 'red' } });
      expect(less.permission?.canPublish).to.be.true;
      await sdk.updateParticipant('r', 'ana', {
        permission: { canPublish: true, canPublishSources: [TrackSource.MICROPHONE], canUpdateMetadata: true },
      });
      const { grants } = await ana.notified('grantsChanged');
      expect(grants).to.include({ canPublish: true, canSubscribe: false, canPublishData: false });
      expect(grants).to.deep.include({ canUpdateOwnMetadata: true, canPublishSources: ['microphone'] });
      const none = await sdk.updateParticipant('r', 'ana', { permission: { canPublish: false } });
      expect(none.permission).to.deep.include({ canPublish: false, canSubscribe: false, canUpdateMetadata: false });
    });

    it('removes a participant, and refuses the tokens that it had if that is wanted', async () => {
      const old = tokenWith({ sub: 'ana', nbf: 1_000, video: { roomJoin: true, room: 'r' } }, keys);
      await join('mod');
      const ana = await join('ana', 'r', { token: old });
      await sdk.removeParticipant('r', 'ana');
      await ana.notified('participantEvicted');
      await join('ana', 'r', { token: old });
      await sdk.removeParticipant('r', 'ana', { revokeTokenTs: 2_000n });
      const back = await RpcClient.connect(server().url);
      clients.push(back);
      expect(await back.reason('joinRoom', { user: 'ana', room: 'r', token: old })).to.equal('401 token-invalid');
      const next = tokenWith({ sub: 'ana', nbf: 2_000, video: { roomJoin: true, room: 'r' } }, keys);
      await back.request('joinRoom', { user: 'ana', room: 'r', token: next });
    });

    it('stops a track for one subscriber, and lets it through again to one whose client subscribes', async () => {
      const [ana, ben] = [await join('ana'), await join('ben')];
      await ana.request('publishVideo', { sdpOffer: publishOffer });
      const [audio, video] = (await sdk.getParticipant('r', 'ana')).tracks.map(({ sid }) => sid);
      const both = [audio ?? '', video ?? ''];
      expect(await refusal(() => sdk.updateSubscriptions('r', 'ben', both, true))).to.match(/^412 failed_precondition/);
      await sdk.updateSubscriptions('r', 'ben', both, false);
      await ben.notified('participantPublished');
      await ben.request('receiveVideoFrom', { sender: 'ana_webcam', sdpOffer: receiveOffer });
      const cut = () => {
        const room = server().rooms.find('r');
        const [publisher, subscriber] = [room?.find('ana'), room?.find('ben')];
        return publisher && subscriber?.subscriptionTo(publisher)?.muted;
      };
      expect(cut()).to.deep.equal([]);
      await sdk.updateSubscriptions('r', 'ben', both, false);
      expect(cut()).to.deep.equal(['audio', 'video']);
      await sdk.updateSubscriptions('r', 'ben', [audio ?? ''], true);
      expect(cut()).to.deep.equal(['video']);
    });

    it('says texts and sends data, to everybody or to some, each once', async () => {
      const [ana, ben] = [await join('ana', 'r', { features: ['streams'] }), await join('ben')];
      const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
      const reliable = DataPacket_Kind.RELIABLE;
      await sdk.sendData('r', bytes('Hello, é'), reliable, {});
      await sdk.sendData('r', bytes('to ana'), reliable, { topic: 'chat', destinationIdentities: ['ana', 'gone'] });
      const { sid } = await sdk.getParticipant('r', 'ben');
      await sdk.sendData('r', bytes('to ben'), reliable, { topic: 'lk.chat', destinationSids: [sid] });
      await sdk.sendData('r', bytes('{}'), reliable, { topic: 'score' });
      await sdk.sendData('r', new Uint8Array([0xff, 0]), reliable, {});
      expect((await ana.notified('sendMessage')).message).to.equal('Hello, é');
      expect((await ben.notified('sendMessage')).message).to.equal('Hello, é');
      expect((await ana.notified('sendMessage')).message).to.equal('to ana');
      expect((await ben.notified('sendMessage')).message).to.equal('to ben');
      expect(await ana.notified('data')).to.deep.equal({ from: '', topic: 'score', data: 'e30=' });
      expect(await ana.notified('data')).to.deep.equal({ from: '', topic: '', data: '/wA=' });
      const rpc = Reflect.get(sdk, 'rpc') as Pick<ProtobufRpc, 'request'>;
      const Authorization = `Bearer ${tokenWith({ sub: 'p', video: { roomAdmin: true, room: 'r' } }, keys)}`;
      for (const nonce of ['AAAA', 'AAAA', 'AAAB']) {
        await rpc.request('RoomService', 'SendData', { room: 'r', data: 'eA==', nonce }, { Authorization });
      }
      await ben.settle();
      expect(ben.notifications.map(({ method, params }) => `${method} ${String(params?.message)}`)).to.deep.equal([
        'sendMessage x',
        'sendMessage x',
      ]);
    });

    it('finds rooms and people of odd names', async () => {
      for (const name of ['a/b', '..', 'r?x=1&y', '100 %', 'žluťoučký 🐎', '__proto__', 'constructor']) {
        const room = await sdk.createRoom({ name });
        await join(name, name);
        const info = await sdk.getParticipant(name, name);
        expect([room.name, info.identity]).to.deep.equal([name, name]);
        await sdk.updateParticipant(name, name, { attributes: { [name]: name } });
        await sdk.removeParticipant(name, name);
        await sdk.deleteRoom(name);
      }
    });

    it('says why it refuses', async () => {
      const ana = await join('ana');
      await ana.request('publishVideo', { sdpOffer: publishOffer });
      const cases: readonly [() => Promise<unknown>, RegExp][] = [
        [() => sdk.createRoom({ name: '' }), /^400 invalid_argument: name is missing/],
        [() => sdk.createRoom({ name: 'x', emptyTimeout: 90_000 }), /^400 invalid_argument: .*emptyTimeoutS/],
        [() => sdk.createRoom({ name: 'x', metadata: 'é'.repeat(2_049) }), /^400 invalid_argument: Metadata/],
        [() => sdk.createRoom({ name: 'x', metadata: 'x'.repeat(70_000) }), /^400 invalid_argument: .*64 kB/],
        [() => sdk.createRoom({ name: 'a\u0000b' }), /^400 invalid_argument: .*U\+0000/],
        [() => sdk.deleteRoom('x'), /^404 not_found: There is no room "x"/],
        [() => sdk.updateRoomMetadata('x', 'm'), /^404 not_found/],
        [() => sdk.listParticipants('x'), /^404 not_found/],
        [() => sdk.listParticipants(''), /^400 invalid_argument: room is missing/],
        [() => sdk.getParticipant('r', 'ben'), /^404 not_found: Nobody in room "r" has the id "ben"/],
        [() => sdk.getParticipant('r', ''), /^400 invalid_argument: identity is missing/],
        [() => sdk.removeParticipant('r', 'ben'), /^404 not_found/],
        [() => sdk.mutePublishedTrack('r', 'ana', 'TR_x', true), /^404 not_found: .*no track "TR_x"/],
        [() => sdk.updateParticipant('r', 'ben', { name: 'Ben' }), /^404 not_found/],
        [() => sdk.updateParticipant('r', 'ana', { permission: { hidden: true } }), /^412 failed_precondition/],
        [() => sdk.updateParticipant('r', 'ana', { name: 'x'.repeat(257) }), /^400 invalid_argument: .*name/],
        [() => sdk.sendData('x', new Uint8Array(1), 0, {}), /^404 not_found/],
        [() => sdk.sendData('r', new Uint8Array(1), 0, { destinationIdentities: ['ben'] }), /^404 not_found: None/],
        [() => sdk.sendData('r', new Uint8Array(20_000), 0, {}), /^400 invalid_argument: .*16384/],
        [() => sdk.updateSubscriptions('r', 'ana', ['TR_x'], false), /^404 not_found: The room has no track/],
        [() => sdk.updateSubscriptions('r', 'ana', [], false), /^400 invalid_argument: track_sids/],
        [() => sdk.forwardParticipant('r', 'ana', 's'), /^501 unimplemented/],
        [() => sdk.moveParticipant('r', 'ana', 's'), /^501 unimplemented/],
      ];
      for (const [call, text] of cases) expect(await refusal(call)).to.match(text);
      expect(server().rooms.names, 'nothing was made').to.deep.equal(['r']);
      expect(server().rooms.find('r')?.find('ana')?.grants.canPublish).to.be.true;
    });

    it('asks for the grants that LiveKit asks for', async () => {
      await join('ana');
      const bearing = (video: object): RoomServiceClient => client(tokenWith({ sub: 'p', video }, keys));
      const everything = { roomCreate: true, roomList: true, roomAdmin: true, room: 'r' };
      const denied: readonly (() => Promise<unknown>)[] = [
        () => bearing({ ...everything, roomCreate: false }).createRoom({ name: 'r' }),
        () => bearing({ ...everything, roomCreate: false }).deleteRoom('r'),
        () => bearing({ ...everything, roomList: false }).listRooms(),
        () => bearing({ ...everything, room: 's' }).listParticipants('r'),
        () => bearing({ ...everything, roomAdmin: false }).listParticipants('r'),
        () => bearing({ ...everything, roomAdmin: false }).getParticipant('r', 'ana'),
        () => bearing({ ...everything, roomAdmin: false }).removeParticipant('r', 'ana'),
        () => bearing({ ...everything, roomAdmin: false }).mutePublishedTrack('r', 'ana', 'TR_x', true),
        () => bearing({ ...everything, roomAdmin: false }).updateParticipant('r', 'ana', { name: 'x' }),
        () => bearing({ ...everything, roomAdmin: false }).sendData('r', new Uint8Array(1), 0, {}),
        () => bearing({ ...everything, roomAdmin: false }).updateSubscriptions('r', 'ana', [], false),
        () => bearing({ ...everything, roomAdmin: false }).updateRoomMetadata('r', 'x'),
      ];
      for (const call of denied) expect(await refusal(call)).to.match(/^403 permission_denied/);
      const unknown: readonly (() => Promise<unknown>)[] = [
        () =>
          client(
            tokenWith({ sub: 'p', video: everything }, 'backend: another-secret-of-more-than-32-chars'),
          ).listRooms(),
        () => client(tokenWith({ sub: 'p', video: everything, exp: 1_000 }, keys)).listRooms(),
        () => client('no-token').listRooms(),
      ];
      for (const call of unknown) expect(await refusal(call)).to.match(/^401 unauthenticated/);
      expect(await client('secret-token').listRooms(), 'the admin token').to.have.length(1);
      expect(server().rooms.find('r')?.size).to.equal(1);
    });
  });
}

describe("LiveKit's RoomService over HTTP", () => {
  const server = useServer({ keys, allowedOrigins: ['https://friend.example'] });
  const admin = tokenWith({ sub: 'p', video: { roomCreate: true, roomList: true, roomAdmin: true } }, keys);

  function post(path: string, body: string, headers: Record<string, string> = {}, method = 'POST') {
    const all = { Authorization: `Bearer ${admin}`, 'Content-Type': 'application/json', ...headers };
    return fetch(new URL(path, server().url), { method, headers: all, ...(method === 'POST' && { body }) });
  }

  it('reads members by both of their names, and numbers of 64 bits as texts', async () => {
    const made = await post(
      '/twirp/livekit.RoomService/CreateRoom',
      '{"name":"r","empty_timeout":9,"departureTimeout":8,"egress":null,"x":1}',
    );
    expect([made.status, made.headers.get('content-type')]).to.deep.equal([200, 'application/json']);
    const room = (await made.json()) as Record<string, unknown>;
    expect(room).to.deep.include({ emptyTimeout: 9, departureTimeout: 8, numParticipants: 0, activeRecording: false });
    expect(room.creationTime).to.match(/^\d+$/);
  });

  it('answers every refusal with exactly application/json', async () => {
    const refused: readonly [string, string, number, string, Record<string, string>?, string?][] = [
      ['/twirp/livekit.RoomService/Nonsense', '{}', 404, 'bad_route'],
      ['/twirp/livekit.RoomService/constructor', '{}', 404, 'bad_route'],
      ['/twirp/livekit.Nonsense/ListRooms', '{}', 404, 'bad_route'],
      ['/twirp/livekit.RoomService', '{}', 404, 'bad_route'],
      ['/twirp/livekit.RoomService/ListRooms', '{}', 404, 'bad_route', {}, 'GET'],
      ['/twirp/livekit.RoomService/ListRooms', '{}', 404, 'bad_route', { 'Content-Type': 'text/plain' }],
      ['/twirp/livekit.RoomService/ListRooms', '{', 400, 'invalid_argument'],
      ['/twirp/livekit.RoomService/ListRooms', '7', 400, 'invalid_argument'],
      ['/twirp/livekit.RoomService/ListRooms', '{"names":"x"}', 400, 'invalid_argument'],
      ['/twirp/livekit.RoomService/%zz', '{}', 400, 'invalid_argument'],
      ['/twirp/livekit.RoomService/ListRooms', '{', 401, 'unauthenticated', { Authorization: '' }],
      ['/twirp/livekit.Egress/ListEgress', '{}', 501, 'unimplemented'],
      ['/twirp/livekit.RoomService/PerformRpc', '{}', 501, 'unimplemented'],
      ['/twirp/livekit.RoomService/ListRooms', '{}', 403, 'permission_denied', { Origin: 'https://stranger.example' }],
    ];
    for (const [path, body, status, code, headers, method] of refused) {
      const answer = await post(path, body, headers, method);
      const what = `${method ?? 'POST'} ${path} ${body} ${JSON.stringify(headers ?? {})}`;
      expect([answer.status, answer.headers.get('content-type')], what).to.deep.equal([status, 'application/json']);
      const told = (await answer.json()) as { code: string; msg: string };
      expect(told.code, what).to.equal(code);
      expect(told.msg, what).to.be.a('string').that.is.not.empty;
    }
  });

  it('lets pages of allowed origins ask', async () => {
    const origin = { Origin: 'https://friend.example' };
    const asked = await post('/twirp/livekit.RoomService/ListRooms', '', origin, 'OPTIONS');
    expect([asked.status, asked.headers.get('access-control-allow-headers')]).to.deep.equal([
      204,
      'Authorization, Content-Type',
    ]);
    const answer = await post('/twirp/livekit.RoomService/ListRooms', '{}', origin);
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).to.deep.equal([
      200,
      'https://friend.example',
    ]);
  });

  it('has no WebSocket: the protocol of its clients is another one', async () => {
    const webSocket = new WebSocket(
      new URL('/twirp/livekit.RoomService/ListRooms', server().url.replace(/^http/, 'ws')),
    );
    const status = await new Promise((resolve) => {
      webSocket.on('unexpected-response', (_request, response) => {
        resolve(response.statusCode);
      });
    });
    expect(status).to.equal(404);
  });
});
