import { expect } from 'chai';
import { RpcClient } from '../support/rpc-client.js';
import { useServer } from '../support/server.js';
import { Asker } from './asker.js';

describe('Kurento Room §9 REST of the original, as configured by default', () => {
  const server = useServer();
  let asker: Asker;
  before(async () => {
    asker = await Asker.of(server().url);
  });

  it('GET /getAllRooms lists the names of the rooms, [] if there are none', async () => {
    const list = async (): Promise<unknown> => {
      const { status, headers, body } = await asker.ask('getAllRooms');
      expect(status).to.equal(200);
      expect(headers['content-type']).to.match(/^application\/json/);
      return body;
    };
    expect(await list()).to.deep.equal([]);
    const ana = await RpcClient.connect(server().url);
    await ana.request('joinRoom', { user: 'ana', room: 'a "strange" name/…' });
    expect(await list()).to.deep.equal(['a "strange" name/…']);
    await ana.request('leaveRoom');
    expect(await list()).to.deep.equal([]);
    ana.cut();
  });

  it('tells pages its settings, with the original defaults', async () => {
    const config = {
      loopbackRemote: false,
      loopbackAndLocal: false,
      filterRequestParam: 'hat',
      filterAvailable: false,
    };
    expect((await asker.ask('getClientConfig')).body).to.deep.equal(config);
    expect((await asker.ask('getThresholdSpeaker')).text).to.equal('-50');
    expect((await asker.ask('getUpdateSpeakerInterval')).text).to.equal('1800');
  });

  it('ignores parameters that it does not know', async () => {
    expect((await asker.ask('getAllRooms?_=1&room=a&room=b')).status).to.equal(200);
  });

  it('GET /close is off: no room is closed (Kurento Room §15)', async () => {
    const ana = await RpcClient.connect(server().url);
    await ana.request('joinRoom', { user: 'ana', room: 'r' });
    const { status, body } = await asker.ask('close?room=r');
    expect(status).to.equal(403);
    expect(body).to.deep.include({ code: 'writes-off' });
    expect((await asker.ask('getAllRooms')).body).to.deep.equal(['r']);
    ana.cut();
  });
});

describe('Kurento Room §9 REST of the original, with an admin token only', () => {
  const server = useServer({ adminToken: 'secret' });

  it('GET /close stays off, also with the token', async () => {
    const asker = await Asker.of(server().url);
    const { status, body } = await asker.ask('close?room=r', 'GET', { Authorization: 'Bearer secret' });
    expect(status).to.equal(403);
    expect(body).to.have.property('detail').that.includes('CLOSE_ENDPOINT');
  });
});

describe('Kurento Room §9 REST of the original, with everything set', () => {
  const server = useServer({
    adminToken: 'secret',
    closeEndpoint: 'token',
    loopbackRemote: true,
    loopbackAndLocal: true,
    kurentoRoom: { filterType: 'marker' },
    thresholdSpeaker: -42.5,
    updateSpeakerIntervalMs: 900,
  });
  const bearer = { Authorization: 'Bearer secret' };
  let asker: Asker;
  before(async () => {
    asker = await Asker.of(server().url);
  });

  it('tells pages its settings', async () => {
    const config = {
      loopbackRemote: true,
      loopbackAndLocal: true,
      filterRequestParam: 'marker',
      filterAvailable: false,
    };
    expect((await asker.ask('getClientConfig')).body).to.deep.equal(config);
    expect((await asker.ask('getThresholdSpeaker')).text).to.equal('-42.5');
    expect((await asker.ask('getUpdateSpeakerInterval')).text).to.equal('900');
  });

  it('GET /close closes the room with the token, and tells its participants', async () => {
    const ana = await RpcClient.connect(server().url);
    await ana.request('joinRoom', { user: 'ana', room: 'a & b/ü' });
    const path = `close?room=${encodeURIComponent('a & b/ü')}`;
    expect((await asker.ask(path)).status).to.equal(401);
    const { status, text } = await asker.ask(path, 'GET', bearer);
    expect(status).to.equal(200);
    expect(text).to.equal('');
    expect(await ana.notified('roomClosed')).to.deep.equal({ room: 'a & b/ü' });
    expect((await asker.ask('getAllRooms')).body).to.deep.equal([]);
    ana.cut();
  });

  it('GET /close answers 404 for an unknown room and 400 without exactly one room', async () => {
    expect((await asker.ask('close?room=nowhere', 'GET', bearer)).status).to.equal(404);
    for (const query of ['', '?room=', '?room=a&room=b', '?name=a']) {
      const { status, body } = await asker.ask(`close${query}`, 'GET', bearer);
      expect(status, query).to.equal(400);
      expect(body)
        .to.have.property('detail')
        .that.match(/^"room" (is missing: it )?must /);
    }
  });

  it('serves the images that media servers fetch for the filters of customRequest (§3.9)', async () => {
    for (const name of ['hat.png', 'marker.png']) {
      const response = await fetch(new URL(`img/${name}`, server().url));
      expect(response.status, name).to.equal(200);
      expect(response.headers.get('content-type')).to.equal('image/png');
    }
  });
});
