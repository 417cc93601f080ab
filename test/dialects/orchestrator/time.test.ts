import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';
import { once } from 'node:events';
import { expect } from 'chai';
import { NtpClock } from '../../../dialects/orchestrator/ntp-clock.js';
import { until } from '../../support/until.js';
import { withStage } from './orchestrator-stage.js';

const secondsTo1970 = 2_208_988_800;
const hourMs = 3_600_000;

interface ServerOptions {
  readonly aheadMs: number;
  /** The clock of the host. */
  readonly now?: () => number;
  /** Makes an answer wrong. */
  readonly spoil?: (answer: Buffer) => Buffer;
}

/** An NTP server that answers each query once. */
async function ntpServer({ aheadMs, now = Date.now, spoil = (answer) => answer }: ServerOptions) {
  const socket = createSocket('udp4');
  let asked = 0;
  socket.on('message', (question, { port, address }) => {
    asked += 1;
    const answer = Buffer.alloc(48);
    answer.writeUInt8(0x24, 0);
    answer.writeUInt8(2, 1);
    question.copy(answer, 24, 40, 48);
    const seconds = (now() + aheadMs) / 1000;
    for (const at of [32, 40]) {
      answer.writeUInt32BE((Math.floor(seconds) + secondsTo1970) % 2 ** 32, at);
      answer.writeUInt32BE(Math.floor((seconds % 1) * 2 ** 32), at + 4);
    }
    socket.send(spoil(answer), port, address);
  });
  return { name: await listening(socket), socket, asked: () => asked };
}

/** Its address, as it is configured. */
async function listening(socket: Socket): Promise<string> {
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return `127.0.0.1:${socket.address().port}`;
}

const wrongAnswers: readonly (readonly [string, (answer: Buffer) => Buffer])[] = [
  ['too short', (answer) => answer.subarray(0, 47)],
  ['empty', () => Buffer.alloc(0)],
  ['to another question', (answer) => answer.fill(7, 24, 32)],
  ['a question', (answer) => answer.fill(0x23, 0, 1)],
  ['from a clock that is not set', (answer) => answer.fill(0xe4, 0, 1)],
  ['a refusal (stratum 0)', (answer) => answer.fill(0, 1, 2)],
  ['of stratum 16', (answer) => answer.fill(16, 1, 2)],
  ['without a time', (answer) => answer.fill(0, 32, 48)],
];

describe('the Orchestrator’s time', () => {
  const sockets: Socket[] = [];
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.close();
  });

  async function serving(options: ServerOptions) {
    const server = await ntpServer(options);
    sockets.push(server.socket);
    return server;
  }

  it('is an NTP server’s, the first that answers', async () => {
    const silent = createSocket('udp4');
    sockets.push(silent);
    const server = await serving({ aheadMs: hourMs });
    const ntpServers = [await listening(silent), server.name, 'localtime'];
    await withStage({ orchestrator: { ntpServers, ntpTimeoutMs: 50 } }, async (stage) => {
      const client = await stage.connect();
      const ahead = async () => ((await client.get('GetNTPTime', {})).ntpTimeMs as number) - Date.now();
      await until('it was asked', async () => (await ahead()) > hourMs / 2);
      expect(Math.abs((await ahead()) - hourMs)).to.be.lessThan(5_000);
    });
  });

  for (const request of ['GET_NTP_TIME', 'GetNTPTime']) {
    it(`is the host’s while no server answers, and ${request} never fails`, () =>
      withStage(
        { orchestrator: { ntpServers: ['127.0.0.1:9', 'no such host', '127.0.0.1:99999'], ntpTimeoutMs: 50 } },
        async (stage) => {
          const client = await stage.connect();
          const { ntpTimeMs } = await client.get(request, {});
          expect(Math.abs((ntpTimeMs as number) - Date.now())).to.be.lessThan(5_000);
          const failures = () => stage.logged.filter(([, message]) => message === 'an NTP server does not answer');
          await until('each was tried, and logged', () => failures().length === 3);
          expect(await client.code(request, {})).to.equal(0);
        },
      ));
  }

  for (const [what, spoil] of wrongAnswers) {
    it(`is not taken from an answer that is ${what}`, async () => {
      const server = await serving({ aheadMs: hourMs, spoil });
      await withStage({ orchestrator: { ntpServers: [server.name], ntpTimeoutMs: 50 } }, async (stage) => {
        const client = await stage.connect();
        await until('the server has failed', () => stage.logged.some(([level]) => level === 'warn'));
        const { ntpTimeMs } = await client.get('GetNTPTime', {});
        expect(Math.abs((ntpTimeMs as number) - Date.now())).to.be.lessThan(5_000);
      });
      expect(server.asked()).to.equal(1);
    });
  }

  it('keeps the last known difference when the server fails later', async () => {
    const server = await serving({ aheadMs: hourMs });
    await withStage(
      { orchestrator: { ntpServers: [server.name], ntpTimeoutMs: 50, ntpIntervalMs: 20 } },
      async (stage) => {
        const client = await stage.connect();
        await until('it was asked', () =>
          stage.logged.some(([, message]) => message === 'the clock was compared with an NTP server'),
        );
        server.socket.removeAllListeners('message');
        await until('it has failed', () => stage.logged.some(([level]) => level === 'warn'));
        const { ntpTimeMs } = await client.get('GetNTPTime', {});
        expect(Math.abs((ntpTimeMs as number) - Date.now() - hourMs)).to.be.lessThan(5_000);
      },
    );
  });

  it('works after 2036, when the seconds of NTP begin again', async () => {
    const now = () => Date.parse('2036-02-07T06:28:10Z');
    const server = await serving({ aheadMs: 10_000, now });
    let compared = false;
    const quiet = { error: () => undefined, warn: () => undefined, info: () => undefined };
    const log = { ...quiet, debug: () => (compared = true) };
    const clock = new NtpClock({ servers: [server.name], intervalMs: 60_000, timeoutMs: 5_000, now, log });
    clock.start();
    await until('it was compared', () => compared);
    clock.stop();
    expect(Math.round(clock.now() - now())).to.equal(10_000);
  });
});
