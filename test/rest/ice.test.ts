import { createHmac } from 'node:crypto';
import { expect } from 'chai';
import { z } from 'zod';
import { publishOffer } from '../support/fixtures.js';
import { RpcClient } from '../support/rpc-client.js';
import { useServer } from '../support/server.js';
import { Asker } from './asker.js';

describe('ICE and bandwidth options', () => {
  const server = useServer({
    iceServers: ['stun:stun.example:3478', 'turn:ana%40home:s%3Acret@turn.example:3478?transport=tcp'],
    publisherMaxVideoKbps: 750,
    mediaStunServer: '192.0.2.1:3478',
    mediaTurnUrl: 'user:secret@192.0.2.2:3478',
    mediaExternalIpv4: '192.0.2.3',
  });

  it('GET /api/v1/ice-servers gives the iceServers for peer connections of a page', async () => {
    const { status, body } = await (await Asker.of(server().url)).ask('api/v1/ice-servers');
    expect(status).to.equal(200);
    expect(body).to.deep.equal({
      iceServers: [
        { urls: ['stun:stun.example:3478'] },
        { urls: ['turn:turn.example:3478?transport=tcp'], username: 'ana@home', credential: 's:cret' },
      ],
    });
  });

  it('publishing works with all settings of the media server', async () => {
    const ana = await RpcClient.connect(server().url);
    await ana.request('joinRoom', { user: 'ana', room: 'limits' });
    const { sdpAnswer } = await ana.request('publishVideo', { sdpOffer: publishOffer });
    expect(sdpAnswer).to.be.a('string');
    await ana.close();
  });
});

describe('with a secret shared with a TURN server', () => {
  const server = useServer({
    iceServers: ['stun:stun.example:3478', 'turn:turn.example:3478'],
    turnSecret: 'north',
    turnSeconds: 600,
  });

  it('GET /api/v1/ice-servers gives credentials that expire', async () => {
    const before = Math.floor(Date.now() / 1000) + 600;
    const { body } = await (await Asker.of(server().url)).ask('api/v1/ice-servers');
    const [stun, turn] = z.object({ iceServers: z.array(z.record(z.string(), z.unknown())) }).parse(body).iceServers;
    expect(stun).to.deep.equal({ urls: ['stun:stun.example:3478'] });
    const username = String(turn?.username);
    expect(Number(username.split(':')[0])).to.be.within(before, before + 60);
    const credential = createHmac('sha1', 'north').update(username).digest('base64');
    expect(turn).to.deep.equal({ urls: ['turn:turn.example:3478'], username, credential });
  });
});

describe('without ICE servers', () => {
  const server = useServer();

  it('GET /api/v1/ice-servers is an empty list', async () => {
    const { body } = await (await Asker.of(server().url)).ask('api/v1/ice-servers');
    expect(body).to.deep.equal({ iceServers: [] });
  });
});
