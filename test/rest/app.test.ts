import { expect } from 'chai';
import { RpcClient } from '../support/rpc-client.js';
import { useServer } from '../support/server.js';

describe('REST', () => {
  const server = useServer({ pathPrefix: '/meet' });

  it('GET /getAllRooms lists the names of the rooms, [] if there are none (Kurento Room §9)', async () => {
    const list = async (): Promise<unknown> => {
      const response = await fetch(`${server().url}getAllRooms`);
      expect(response.status).to.equal(200);
      expect(response.headers.get('content-type')).to.match(/^application\/json/);
      expect(response.headers.get('access-control-allow-origin')).to.equal('*');
      return response.json();
    };
    expect(await list()).to.deep.equal([]);
    const ana = await RpcClient.connect(server().url);
    await ana.request('joinRoom', { user: 'ana', room: 'a "strange" name/…' });
    expect(await list()).to.deep.equal(['a "strange" name/…']);
    await ana.request('leaveRoom');
    expect(await list()).to.deep.equal([]);
    ana.cut();
  });

  it('GET /healthz says that the media server is within reach', async () => {
    const response = await fetch(`${server().url}healthz`);
    expect(response.status).to.equal(200);
    expect(await response.json()).to.deep.equal({
      status: 'ok',
      mediaServers: [{ url: server().mediaServerUrls[0], up: true, load: 0 }],
    });
  });

  it('serves the demo under the prefix', async () => {
    const response = await fetch(server().url);
    expect(response.headers.get('content-type')).to.match(/^text\/html/);
    expect(await response.text()).to.include('<script');
  });

  it('answers unknown and malformed paths with an error and nothing about the inside', async () => {
    const origin = new URL(server().url).origin;
    for (const path of ['/', '/meet/nothing', '/meet/%E0%A4%A', '/meet/../package.json', '/meet/%2e%2e/package.json']) {
      const response = await fetch(origin + path);
      expect(response.status, path).to.equal(404);
      expect(await response.json()).to.have.all.keys('error');
    }
  });
});

describe('REST with a media server out of reach', () => {
  const server = useServer({
    kmsUris: ['ws://127.0.0.1:9/kurento'],
    mediaLostAfterMs: 100,
    mediaRequestTimeoutMs: 500,
  });

  it('GET /healthz is 503, rooms can still be joined, and publishing fails with 303', async () => {
    const response = await fetch(`${server().url}healthz`);
    expect(response.status).to.equal(503);
    const ana = await RpcClient.connect(server().url);
    await ana.request('joinRoom', { user: 'ana', room: 'r' });
    expect(await ana.refusal('publishVideo', { sdpOffer: 'v=0' })).to.equal(303);
    ana.cut();
  });
});
