import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { expect } from 'chai';
import { WebSocket } from 'ws';
import { Admission } from '../../../../media/embedded/protocol/admission.js';
import type { AdmissionOptions } from '../../../../media/embedded/protocol/admission.js';
import { until } from '../../../support/until.js';
import { Server } from './protocol-stage.js';

const token = 'the-token-of-this-test';
const page = { origin: 'http://pages.example' };
const bearer = { authorization: `Bearer ${token}` };

describe('the Kurento protocol of the embedded engine › who may connect', () => {
  let server: Server;
  const servers: Server[] = [];
  const sockets: WebSocket[] = [];

  async function serve(options: AdmissionOptions, maxConnections?: number): Promise<void> {
    server = new Server({ admission: new Admission(options), maxConnections });
    servers.push(server);
    await server.listen();
  }

  /** Resolves with the status of the answer to the handshake: 101 is a WebSocket. */
  async function status(headers: Record<string, string> = {}, url = server.url): Promise<number | undefined> {
    const socket = new WebSocket(url, { headers });
    sockets.push(socket);
    socket.on('error', () => undefined);
    const refused = once(socket, 'unexpected-response').then(
      ([, response]) => (response as IncomingMessage).statusCode,
    );
    return Promise.race([refused, once(socket, 'open').then(() => 101)]);
  }

  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.terminate();
    for (const each of servers.splice(0)) {
      each.close();
      expect(each.errors).to.deep.equal([]);
    }
  });

  it('every page is refused with 403, also one that knows the token; programs send no Origin', async () => {
    await serve({ token });
    for (const origin of [
      'http://pages.example',
      'null',
      new URL(server.url).host,
      `http://${new URL(server.url).host}`,
    ])
      expect(await status({ origin, ...bearer }), origin).to.equal(403);
    expect(await status(bearer)).to.equal(101);
    await serve({});
    expect(await status(page)).to.equal(403);
    expect(await status()).to.equal(101);
  });

  it('pages that are allowed connect, compared as origins', async () => {
    await serve({ allowedOrigins: ['HTTP://Pages.example:80/'] });
    expect(await status(page)).to.equal(101);
    for (const origin of ['https://pages.example', 'http://pages.example:81', 'http://pages.example.elsewhere', 'null'])
      expect(await status({ origin }), origin).to.equal(403);
  });

  it('* allows every page', async () => {
    await serve({ allowedOrigins: ['*'] });
    expect(await status({ origin: 'null' })).to.equal(101);
  });

  it('an allowed page needs the token as well', async () => {
    await serve({ token, allowedOrigins: ['*'] });
    expect(await status(page)).to.equal(401);
    expect(await status({ ...page, ...bearer })).to.equal(101);
  });

  it('the token is taken as bearer token, as password and as access_token', async () => {
    await serve({ token });
    expect(await status(bearer)).to.equal(101);
    expect(await status({}, server.url.replace('ws://', `ws://anybody:${token}@`))).to.equal(101);
    expect(await status({}, `${server.url}?access_token=${token}`)).to.equal(101);
  });

  it('without the token, or with another one, the handshake is refused with 401', async () => {
    await serve({ token });
    expect(await status()).to.equal(401);
    for (const authorization of ['', 'Bearer', 'Bearer x', `Bearer ${token}x`, 'Basic', 'Basic !!!', `Digest ${token}`])
      expect(await status({ authorization }), authorization).to.equal(401);
    expect(await status({}, server.url.replace('ws://', `ws://${token}:@`))).to.equal(401);
    expect(await status({}, `${server.url}?access_token=x`)).to.equal(401);
  });

  it('each refusal is one line that says why, without the token that was sent; a flood of them is a few', async () => {
    await serve({ token });
    await status({ authorization: 'Bearer a-wrong-token' });
    await status({ origin: `http://${'a'.repeat(5000)}.example`, ...bearer });
    expect(server.warnings).to.have.lengthOf(2);
    const [wrong = '', foreign = ''] = server.warnings;
    expect(wrong).to.contain('the token is wrong').and.to.contain('127.0.0.1').and.not.to.contain('a-wrong-token');
    expect(foreign).to.contain('--allowed-origins').and.not.to.contain(token);
    expect(foreign.length).to.be.below(500);
    for (let count = 0; count < 40; count++) expect(await status()).to.equal(401);
    expect(server.warnings).to.have.lengthOf(10);
  });

  it('one client more than may be connected is refused with 503, until another one has gone', async () => {
    await serve({}, 2);
    expect([await status(), await status()]).to.deep.equal([101, 101]);
    expect(await status()).to.equal(503);
    sockets[0]?.terminate();
    await until('there is a place', async () => (await status()) === 101);
  });
});
