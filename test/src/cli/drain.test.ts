import { expect } from 'chai';
import { freePort } from '../../../tools/free-port.js';
import { RpcClient } from '../../support/rpc-client.js';
import { useServer } from '../../support/server.js';
import { atrium } from './atrium.js';

const adminToken = 'secret-token';

/** docs/restarts.md. Somebody is in a room, so the server waits. */
describe('atrium drain', () => {
  const server = useServer({ adminToken, keys: 'backend: a-secret-of-more-than-32-characters' });

  it('begins the end of a server, and takes it back; a key that signs does not', async () => {
    const env = { ATRIUM_URL: server().url, ADMIN_TOKEN: adminToken };
    const client = await RpcClient.connect(server().url);
    await client.request('joinRoom', { user: 'ana', room: 'garden' });
    const isReady = async () => (await fetch(`${server().url}readyz`)).ok;
    expect(await atrium('drain --within 10m --reason Update', env)).to.deep.equal({
      code: 0,
      out: 'The server ends within 600 s, or once nobody is in a room\n',
      told: '',
    });
    expect(await isReady()).to.equal(false);
    const again = await atrium('drain --within 5m --no-return --json', env);
    const { inMs, comeBack } = JSON.parse(again.out) as { readonly inMs: number; readonly comeBack: boolean };
    expect(inMs, 'what is left of five minutes').to.be.within(290_000, 300_000);
    expect(comeBack).to.equal(false);
    expect(await atrium('drain --back', env)).to.include({ code: 0, out: 'The server does not end\n' });
    expect(await isReady()).to.equal(true);
    expect(await atrium('drain --back', env)).to.include({ code: 1, out: '' });
    const keys = { ATRIUM_KEY: 'backend', ATRIUM_SECRET: 'a-secret-of-more-than-32-characters' };
    expect(await atrium('drain', { ATRIUM_URL: server().url, ...keys })).to.include({ code: 1, out: '' });
    expect(await isReady()).to.equal(true);
    client.cut();
    await client.closed;
  });

  it('refuses what it cannot do', async () => {
    const ATRIUM_URL = `http://127.0.0.1:${await freePort()}`;
    expect((await atrium('drain --back --within 5m', { ATRIUM_URL })).code).to.equal(2);
    expect((await atrium('drain --within soon', { ATRIUM_URL })).told).to.match(/^--within must be a time/);
    expect((await atrium('drain', { ATRIUM_URL })).code).to.equal(3);
  });

  it('asks ADMIN_PORT of the same configuration, which needs no token', async () => {
    const [PORT, ADMIN_PORT] = [String(await freePort()), String(await freePort())];
    const { code, told } = await atrium('drain', { HOST: '127.0.0.1', PORT, ADMIN_PORT });
    expect(code).to.equal(3);
    expect(told).to.include(`127.0.0.1:${ADMIN_PORT} cannot be reached`);
  });
});
