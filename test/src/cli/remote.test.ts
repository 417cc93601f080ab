import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { publishOffer } from '../../support/fixtures.js';
import { RpcClient } from '../../support/rpc-client.js';
import { useServer } from '../../support/server.js';
import { tokenWith } from '../../support/tokens.js';
import { atrium } from './atrium.js';

const keys = 'backend: a-secret-of-more-than-32-characters';
const adminToken = 'secret-token';

describe('atrium rooms and participants', () => {
  const server = useServer({ keys, adminToken, pathPrefix: '/below', evictionMs: 0 });
  const clients: RpcClient[] = [];
  const folder = mkdtempSync(join(tmpdir(), 'remote-'));
  after(() => {
    rmSync(folder, { recursive: true });
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) {
      client.cut();
      await client.closed;
    }
    for (const name of server().rooms.names) server().rooms.find(name)?.close('the test is over');
  });

  /** With the key of the server. */
  const ask = (words: string | readonly string[], env: NodeJS.ProcessEnv = { KEYS: keys }) =>
    atrium(words, { ATRIUM_URL: server().url, ...env });

  async function joined(user: string, room = 'garden'): Promise<RpcClient> {
    const client = await RpcClient.connect(server().url);
    clients.push(client);
    await client.request('joinRoom', { user, room });
    return client;
  }

  it('makes a room, shows, lists and closes it', async () => {
    const passwordFile = join(folder, 'password');
    writeFileSync(passwordFile, 'secret\n');
    const made = await ask([
      'rooms',
      'create',
      '--room',
      'a/b',
      '--title',
      'The hall',
      '--max-participants',
      '3',
      '--locked',
      '--unlisted',
      '--password-file',
      passwordFile,
    ]);
    expect(made).to.include({ code: 0, told: '' });
    expect(made.out)
      .to.match(/^name +a\/b\nopened +\S+\n/)
      .and.match(/^maxParticipants +3$/m)
      .and.match(/^locked +true$/m)
      .and.match(/^listed +false$/m)
      .and.match(/^hasPassword +true$/m);
    const shown = await ask('rooms show --room a/b --json');
    expect(JSON.parse(shown.out)).to.deep.include({ name: 'a/b', title: 'The hall', participants: [] });
    await joined('ana');
    expect(await ask('rooms list')).to.deep.equal({
      code: 0,
      told: '',
      out: 'a/b     0 in it  0 publish\ngarden  1 in it  0 publish\n',
    });
    const listed = JSON.parse((await ask('rooms list --json')).out) as { rooms: { name: string }[] };
    expect(listed.rooms.map(({ name }) => name)).to.deep.equal(['a/b', 'garden']);
    expect(await ask('rooms close --room a/b --reason enough')).to.deep.equal({ code: 0, told: '', out: '' });
    expect(await ask('rooms close --room garden --json')).to.deep.equal({ code: 0, told: '', out: '{}\n' });
    expect(server().rooms.names).to.deep.equal([]);
  });

  it('lists participants, mutes them, changes their grants, and removes them', async () => {
    const ana = await joined('ana');
    await ana.request('publishVideo', { sdpOffer: publishOffer });
    await joined('a/b');
    expect((await ask('participants list --room garden')).out).to.equal(
      'ana  ana  kurento-room  publishes webcam (audio+video)\na/b  a/b  kurento-room\n',
    );
    const one = '--room garden --participant ana';
    expect((await ask(`participants mute ${one} --audio --video`)).out).to.include('cut: audio+video');
    const allowed = JSON.parse((await ask(`participants mute ${one} --video --allow --json`)).out) as object;
    expect(allowed).to.have.nested.property('state.mutedByModerator').that.deep.equals(['audio']);
    await ask(
      `participants grant ${one} --role subscriber --grant canPublishData --grant canPublishSources=microphone`,
    );
    const { grants } = server().rooms.find('garden')?.find('ana') ?? {};
    expect(grants).to.include({ canPublish: false, canPublishData: true, canSubscribe: true });
    expect(grants?.canPublishSources).to.deep.equal(['microphone']);
    const evicted = await ask('participants evict --room garden --participant a/b --ban 10m --reason enough --revoke');
    expect(evicted).to.deep.equal({ code: 0, told: '', out: '' });
    const back = await RpcClient.connect(server().url);
    clients.push(back);
    expect(await back.reason('joinRoom', { user: 'a/b', room: 'garden' })).to.equal('401 banned');
  });

  it('takes a token, the admin token, or a key, and the address in a flag', async () => {
    await joined('ana');
    const token = tokenWith({ sub: 'p', video: { roomAdmin: true, room: 'garden' } }, keys);
    for (const [words, env] of [
      [`--token ${token}`, {}],
      [`--token ${adminToken}`, {}],
      ['', { ATRIUM_TOKEN: token }],
      ['', { ADMIN_TOKEN: adminToken }],
      ['', { ATRIUM_KEY: 'backend', ATRIUM_SECRET: keys.slice(9) }],
      ['--key backend', { KEYS: keys }],
      [`--url ${server().url.slice(0, -1)}`, { KEYS: keys, ATRIUM_URL: 'http://127.0.0.1:9' }],
    ] as const) {
      expect(await ask(`participants list --room garden ${words}`, env), words).to.include({ code: 0 });
    }
  });

  it('ends with 1 when the server refuses, and says why', async () => {
    await joined('ana');
    const weak = tokenWith({ sub: 'p', video: { roomList: true } }, keys);
    for (const [words, text, env] of [
      ['rooms show --room x', 'There is no room "x"\n'],
      ['participants mute --room garden --participant ben --audio', 'Nobody in room "garden" has the id "ben"\n'],
      ['rooms close --room garden', 'needs a token with roomAdmin', { ATRIUM_TOKEN: weak }],
      ['rooms show --room garden', 'a token that shows more', { ATRIUM_TOKEN: weak }],
      ['rooms list', 'not the admin token', { ATRIUM_TOKEN: 'wrong' }],
      ['rooms list', 'There is no key', {}],
      ['participants grant --room garden --participant ana --role king', 'role'],
      ['rooms create --room y --max-participants 900000', 'maxParticipants'],
      ['rooms create --room y --password-file /nowhere', '--password-file: /nowhere cannot be read'],
    ] as const) {
      const { code, out, told } = await ask(words, env);
      expect({ code, out }, words).to.deep.equal({ code: 1, out: '' });
      expect(told, words)
        .to.include(text)
        .and.match(/^.+\n$/);
    }
    expect(server().rooms.names).to.deep.equal(['garden']);
  });

  it('ends with 2 when it cannot be understood', async () => {
    for (const words of [
      'rooms show',
      'rooms create --room x --max-participants many',
      'rooms close --romo x',
      'rooms list --url here',
      'participants evict --room garden',
      'participants evict --room garden --participant ana --ban soon',
      'participants mute --room garden --participant ana',
      'participants grant --room garden --participant ana',
      'participants grant --room garden --participant ana --grant fly',
      'participants grant --room garden --participant ana --grant publisher',
    ]) {
      const { code, out, told } = await ask(words);
      expect({ code, out }, words).to.deep.equal({ code: 2, out: '' });
      expect(told, words).to.match(/^.+; see `atrium \w+ \w+ --help`\n$/);
    }
  });

  it('ends with 3 when the server cannot be reached, and gives no other one the token', async () => {
    expect(await ask('rooms list --url http://127.0.0.1:9')).to.include({ code: 3, out: '' });
    const asked: (string | undefined)[] = [];
    const other = createServer((request, response) => {
      asked.push(request.headers.authorization);
      response
        .writeHead(302, { Location: `http://127.0.0.1:${(other.address() as AddressInfo).port}/elsewhere` })
        .end();
    });
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
    expect(await ask(`rooms list --url ${url}`)).to.include({ code: 3, out: '' });
    expect(asked).to.have.length(1);
    await new Promise((resolve) => other.close(resolve));
  });
});
