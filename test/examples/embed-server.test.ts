import { expect } from 'chai';
import { codeOf, TestClient } from '../dialects/easyrtc/test-client.js';
import { RpcClient } from '../support/rpc-client.js';
import { useExampleServer } from './example.js';

describe('the example of a program that embeds the server', () => {
  const server = useExampleServer('embed-server/server.ts');
  const clients: TestClient[] = [];
  afterEach(() => {
    for (const client of clients.splice(0)) client.cut();
  });

  async function connect(): Promise<TestClient> {
    const client = await TestClient.connect(server().url.replace(/\/$/, ''), {});
    clients.push(client);
    return client;
  }

  it('lets members in with their own ticket, and nobody else', async () => {
    const ana = await connect();
    await ana.authenticate({ username: 'ana', credential: { ticket: 'a-1' } });
    for (const msgData of [
      { username: 'ben', credential: { ticket: 'a-1' } },
      { username: 'cleo', credential: { ticket: 'c-3' } },
      { username: 'ben' },
    ]) {
      const other = await connect();
      const message = { msgType: 'authenticate', msgData: { apiVersion: '1', ...msgData } };
      expect(await other.refusal('easyrtcAuth', message), JSON.stringify(msgData)).to.equal('LOGIN_BAD_AUTH');
    }
  });

  it('lets only the committee into its room', async () => {
    const [ana, ben] = [await connect(), await connect()];
    await ana.authenticate({ username: 'ana', credential: { ticket: 'a-1' } });
    await ben.authenticate({ username: 'ben', credential: { ticket: 'b-2' } });
    const roomJoin = { committee: { roomName: 'committee' } };
    expect(codeOf(await ben.command('roomJoin', { roomJoin }))).to.equal('MSG_REJECT_BAD_ROOM');
    expect(codeOf(await ana.command('roomJoin', { roomJoin }))).to.equal('roomData');
    const stranger = await RpcClient.connect(server().url);
    for (const room of ['committee', 'garden']) {
      const answer = await stranger.call('joinRoom', { user: 'ana', room });
      expect(answer.error, 'without a token').to.deep.include({ code: 401, data: { reason: 'token-needed' } });
    }
    stranger.cut();
  });

  it('answers a message to the server itself', async () => {
    const ana = await connect();
    await ana.authenticate({ username: 'ana', credential: { ticket: 'a-1' } });
    expect(await ana.ask('easyrtcMsg', { msgType: 'members' })).to.deep.include({
      msgType: 'members',
      msgData: { names: ['ana', 'ben'] },
    });
  });
});
