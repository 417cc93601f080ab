import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { createLog } from '../../../src/log.js';
import { publishOffer } from '../../support/fixtures.js';
import { RpcClient } from '../../support/rpc-client.js';
import { ServiceStage } from '../../support/service-stage.js';
import { LineRing } from '../../../src/line-ring.js';
import { atrium } from './atrium.js';

const adminToken = 'secret-token';

/** docs/operating.md#when-something-is-wrong */
describe('atrium debug collect', () => {
  const stage = new ServiceStage({ adminToken }, { log: createLog('info', 'json', { output: new LineRing() }) });
  const folder = mkdtempSync(join(tmpdir(), 'atrium-debug-'));
  const clients: RpcClient[] = [];
  before(() => stage.start());
  after(async () => {
    for (const client of clients) client.cut();
    rmSync(folder, { recursive: true });
    await stage.stop();
  });

  const collect = (words: readonly string[], env: NodeJS.ProcessEnv = { ADMIN_TOKEN: adminToken }) =>
    atrium(['debug', 'collect', ...words], { ATRIUM_URL: stage.service.url, ...env });

  it('writes the server, its rooms and its log into a file that nobody else reads', async () => {
    for (const room of ['garden', 'a/b %2F']) {
      const client = await RpcClient.connect(stage.service.url);
      clients.push(client);
      await client.request('joinRoom', { user: 'ana', room });
      await client.request('publishVideo', { sdpOffer: publishOffer });
    }
    const file = join(folder, 'debug.json');
    expect(await collect(['-o', file])).to.deep.equal({ code: 0, out: `${file}\n`, told: '' });
    expect(statSync(file).mode & 0o777).to.equal(0o600);
    const text = readFileSync(file, 'utf8');
    const written = JSON.parse(text) as {
      readonly server: { readonly log: string[]; readonly configuration: object; readonly versions: object };
      readonly rooms: { readonly room: { readonly name: string }; readonly clients: object[] }[];
    };
    expect(written.rooms.map(({ room }) => room.name)).to.deep.equal(['garden', 'a/b %2F']);
    expect(written.rooms[0]).to.have.nested.property('clients[0].publications').with.lengthOf(1);
    expect(written.server.log.some((line) => line.includes('"room":"garden"'))).to.equal(true);
    expect(written.server.configuration).to.include({ adminToken: 'set', host: '127.0.0.0/24' });
    expect(text).to.not.include(adminToken).and.not.include('127.0.0.1');
    expect(await collect(['-o', file])).to.include({ code: 1, out: '' });
    const one = await collect(['--room', 'garden', '--room', 'gone', '--out', `${file}.one`, '--json']);
    expect(one).to.deep.include({ code: 0, told: 'There is no room "gone"\n' });
    expect(JSON.parse(one.out)).to.deep.equal({ file: `${file}.one`, rooms: 1 });
  });

  it('is for the operator alone, and says so where it cannot ask', async () => {
    expect(await collect([], { ADMIN_TOKEN: 'wrong' })).to.include({ code: 1, out: '' });
    expect(await collect(['--url', 'http://127.0.0.1:9'])).to.include({ code: 3, out: '' });
    expect(await collect(['garden'])).to.include({ code: 2, out: '' });
  });
});
