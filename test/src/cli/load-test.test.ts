import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { LoadResult } from '../../../load/load-test.js';
import { freePort } from '../../../tools/free-port.js';
import { useServer } from '../../support/server.js';
import { tokenWith } from '../../support/tokens.js';
import { until } from '../../support/until.js';
import { atrium } from './atrium.js';

/** The program of the package, which the build makes. */
const cli = fileURLToPath(new URL('../../../dist/src/cli/main.js', import.meta.url));

const keys = 'backend: a-secret-of-more-than-32-characters';
const adminToken = 'secret-token';

describe('atrium load-test', function () {
  this.timeout(120_000);
  const server = useServer({ keys, adminToken, auth: 'required', roomMaxParticipants: 3, pathPrefix: '/below' });

  const env = (more: NodeJS.ProcessEnv = {}) => ({ ATRIUM_URL: server().url, KEYS: keys, ...more });
  const roomsAreClosed = () => until('everybody has left', () => [...server().rooms].length === 0);

  it('shows what a publisher and two subscribers get, and lets them leave', async () => {
    const words = 'load-test --room hall --publishers 1 --subscribers 2 --join-rate 20/s --bind-address 127.0.0.1';
    const flags = '--duration 1s --video-kbps 200 --layers 3';
    const { code, out, told } = await atrium(`${words} ${flags} --json`, env({ ADMIN_TOKEN: adminToken }));
    expect(code, `${out}${told}`).to.equal(0);
    const { packets, joinMs, firstPacketMs, server: used, ...result } = JSON.parse(out) as LoadResult;
    expect(result).to.deep.include({ rooms: 1, publishers: 1, subscribers: 2, participants: 3, joined: 3, failed: {} });
    expect(result.subscriptions).to.deep.equal({ wanted: 2, received: 2 });
    expect([joinMs.p50, firstPacketMs.p95, result.delayMs.p50, result.kbps.received, used?.memoryMb]).to.satisfy(
      (figures: readonly unknown[]) => figures.every((figure) => typeof figure === 'number' && figure > 0),
    );
    expect(packets.sent).to.be.greaterThan(0);
    // Each receiver gets one of the three sizes.
    expect(packets.received).to.be.within(1, 1.5 * packets.sent);
    await roomsAreClosed();
  });

  it('says why participants stay outside: no token, a full room', async () => {
    const few = 'load-test --room outside --video-publishers 0 --duration 1s --join-rate 50 --subscribers';
    const refused = await atrium(`${few} 1`, env({ KEYS: '' }));
    expect(refused.code).to.equal(1);
    expect(refused.out).to.match(/^joined +0 of 1\nfailed +1: joinRoom refused \(token-needed\)$/m);
    const full = await atrium(`${few} 4 --json`, env());
    expect(full.code).to.equal(1);
    const failed = { 'joinRoom refused (room-full)': 1 };
    expect(JSON.parse(full.out)).to.deep.include({ participants: 4, joined: 3, failed });
    await roomsAreClosed();
  });

  it('lets everybody leave when a terminal stops it, shows what it has measured, and leaves no process behind', async () => {
    const words = 'load-test --room stopped --rooms 2 --video-publishers 0 --subscribers 1 --duration 1h'.split(' ');
    // A group of its own, all processes of which a terminal tells of Ctrl+C.
    const program = spawn(process.execPath, [cli, ...words], {
      env: { ...process.env, ...env() },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    const group = -(program.pid ?? expect.fail('it did not start'));
    const out = text(program.stdout);
    const told: string[] = [];
    program.stderr.on('data', (chunk: Buffer) => told.push(chunk.toString()));
    const isThere = () => {
      try {
        return process.kill(group, 0);
      } catch {
        return false;
      }
    };
    try {
      const ended = once(program, 'exit');
      await until('all have joined', () => told.join('').includes('2 of 2 have joined'), 30_000);
      expect([...server().rooms].map(({ name }) => name)).to.have.members(['stopped-1', 'stopped-2']);
      process.kill(group, 'SIGINT');
      expect((await ended)[0], told.join('')).to.equal(0);
      expect(await out).to.match(/^joined +2 of 2\nmeasured for .+\n/m);
      await roomsAreClosed();
      await until('its processes are gone', () => !isThere());
    } finally {
      if (isThere()) process.kill(group, 'SIGKILL');
    }
  });

  it('refuses what cannot work', async () => {
    const told = async (words: string, more: NodeJS.ProcessEnv = {}) => {
      const { code, told: text } = await atrium(`load-test ${words}`, env(more));
      return `${code} ${text}`;
    };
    expect(await told('')).to.match(/^2 --room is needed/);
    expect(await told('--room r --video-publishers 0 --subscribers 0')).to.match(/^2 .*nobody would come/);
    expect(await told('--room r --join-rate 10/min')).to.match(/^2 --join-rate/);
    expect(await told('--room r --duration soon')).to.match(/^2 --duration/);
    expect(await told('--room r --rooms 0')).to.match(/^2 --rooms must be a whole number, at least 1/);
    const token = tokenWith({ sub: 'ana' });
    expect(await told(`--room r --token ${token}`)).to.match(/^2 --token: 55 participants need as many tokens/);
    expect(await told('--room r --url ftp://host')).to.match(/^2 --url must be/);
    const nowhere = `http://127.0.0.1:${await freePort()}`;
    expect(await told('--room r', { ATRIUM_URL: nowhere })).to.match(/^3 http:\S+ cannot be reached: .*ECONNREFUSED/);
  });
});
