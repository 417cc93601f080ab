import type { ChildProcess } from 'node:child_process';
import { fork, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { z } from 'zod';
import { addressFamilies, mediaAddresses } from '../../../media/embedded/transport/local-addresses.js';
import { toldAddresses } from '../../../media/embedded/transport/told-addresses.js';
import type { CandidateOptions } from '../../../media/embedded/transport/told-candidates.js';
import { EmbeddedEngine } from '../../support/embedded-engine.js';
import { engineProgram } from '../../support/programs.js';
import { KurentoSocket } from '../../../tools/kurento-socket.js';
import { browserOffer } from './offers.js';
import { udpPorts, udpRange } from '../../support/udp-ports.js';

const logLine = z.looseObject({ level: z.string(), message: z.string() });

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly lines: z.infer<typeof logLine>[];
}

function start(...given: readonly (string | Readonly<Record<string, string>>)[]): ChildProcess {
  const flags = given.filter((each) => typeof each === 'string');
  const variables = given.filter((each) => typeof each !== 'string');
  return spawn(process.execPath, [...engineProgram.execArgv, engineProgram.path, ...flags], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: Object.assign({ ...process.env }, ...variables) as NodeJS.ProcessEnv,
  });
}

async function end(child: ChildProcess): Promise<Ended> {
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  const lines = stderr.split('\n').filter((line) => line !== '');
  return { code, stdout, lines: lines.map((line) => logLine.parse(JSON.parse(line))) };
}

describe('the process of the embedded engine', function () {
  this.timeout(60_000);

  it('run alone, says where it listens and ends cleanly on a signal', async () => {
    const child = start('--port', '0');
    const ended = end(child);
    await once(child.stdout ?? child, 'data');
    child.kill('SIGTERM');
    const { code, stdout, lines } = await ended;
    expect(stdout).to.match(/ws:\/\/127\.0\.0\.1:\d+\/kurento\n$/);
    expect(code).to.equal(0);
    expect(lines.slice(0, 2).map(({ message }) => message)).to.deep.equal([
      'media server is ready',
      'clients are told these addresses',
    ]);
  });

  it('says at the start which addresses clients are told', async () => {
    const ports = udpPorts();
    const child = start('--port', '0', '--announced-address', '203.0.113.7', '--udp-ports', ports);
    const ended = end(child);
    await once(child.stdout ?? child, 'data');
    child.kill('SIGTERM');
    expect((await ended).lines[1]).to.deep.include({ addresses: ['203.0.113.7 (public)'], udpPorts: ports });
  });

  it('warns when nobody on another machine could use any of them', async () => {
    const child = start('--port', '0', '--bind-address', '127.0.0.1');
    const ended = end(child);
    await once(child.stdout ?? child, 'data');
    child.kill('SIGTERM');
    const warnings = (await ended).lines.filter(({ level }) => level === 'warn');
    expect(warnings).to.have.lengthOf(1);
    expect(warnings[0]?.message).to.match(/^Only loopback addresses are told: .*MEDIA_ANNOUNCED_ADDRESSES/);
  });

  it('explains its flags with --help, and starts nothing', async () => {
    for (const flags of [['--help'], ['-h'], ['--port', '0', '--help']]) {
      const { code, stdout, lines } = await end(start(...flags));
      expect(code).to.equal(0);
      expect(lines).to.deep.equal([]);
      expect(stdout).to.match(/^Atrium .*: the media engine\n[^]*--udp-ports/);
    }
  });

  it('says its version, and warns of a variable that looks like its own', async () => {
    expect((await end(start('--version'))).stdout).to.match(/^\d+\.\d+\.\d+\n$/);
    const child = start({ MEDIA_SERVER_TOKN: 'word' }, '--port', '0');
    const ended = end(child);
    await once(child.stdout ?? child, 'data');
    child.kill('SIGTERM');
    expect((await ended).lines[0]).to.deep.equal({
      level: 'warn',
      message: 'MEDIA_SERVER_TOKN has no effect; did you mean MEDIA_SERVER_TOKEN?',
    });
  });

  it('refuses flags it does not know with one line', async () => {
    const { code, lines } = await end(start('--bogus', '1'));
    expect(code).to.equal(2);
    expect(lines).to.deep.equal([{ level: 'error', message: 'Unknown flag --bogus; --help lists all' }]);
  });

  it('refuses to be bound to an address the machine does not have', async () => {
    const { code, lines } = await end(start('--port', '0', '--bind-address', '203.0.113.7'));
    expect(code).to.equal(2);
    expect(lines.map(({ message }) => message)).to.deep.equal([
      '--bind-address: this machine has no address 203.0.113.7',
    ]);
  });

  it('tells its parent that it cannot listen', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const child = fork(engineProgram.path, ['--port', String(port)], {
      execArgv: [...engineProgram.execArgv],
      silent: true,
    });
    const exit = once(child, 'exit');
    const told: unknown[] = await once(child, 'message');
    taken.close();
    const { message } = z.object({ type: z.literal('failed'), message: z.string() }).parse(told[0]);
    expect(message).to.contain('EADDRINUSE');
    expect((await exit)[0]).to.equal(1);
  });

  it('ends when its parent is gone', async () => {
    const engine = await EmbeddedEngine.start();
    const exit = once(engine.child, 'exit');
    engine.child.disconnect();
    expect((await exit)[0]).to.equal(0);
  });

  describe('asked for candidates', () => {
    async function candidatesOf(...flags: string[]): Promise<string[]> {
      const engine = await EmbeddedEngine.start(0, flags);
      const client = await KurentoSocket.open(engine.url);
      const mediaPipeline = await client.create('MediaPipeline');
      const endpoint = await client.create('WebRtcEndpoint', { mediaPipeline });
      await client.subscribe(endpoint, 'IceCandidateFound', 'IceGatheringDone');
      await client.invoke(endpoint, 'processOffer', { offer: browserOffer() });
      await client.invoke(endpoint, 'gatherCandidates');
      await client.event('IceGatheringDone');
      const local = z.string().parse(await client.invoke(endpoint, 'getLocalSessionDescriptor'));
      await client.close();
      expect(await engine.stop()).to.equal(0);
      const told = client.events.flatMap(({ type, data }) =>
        type === 'IceCandidateFound' ? z.object({ candidate: z.string() }).parse(data.candidate).candidate : [],
      );
      expect(told.length).to.be.greaterThan(0);
      for (const candidate of told) expect(local).to.contain(`a=${candidate}\r\n`);
      return [...new Set(told)];
    }

    /** Address and port of a candidate. */
    const target = (candidate: string): [string | undefined, number] => {
      const [, , , , address, port] = candidate.split(' ');
      return [address, Number(port)];
    };

    it('tells ports of its range, and loopback only when there is nothing else', async () => {
      const { first, last } = udpRange();
      const candidates = (await candidatesOf('--udp-ports', `${first}-${last}`)).map(target);
      for (const [, port] of candidates) expect(port).to.be.within(first, last);
      const loopback = candidates.filter(([address]) => address === '127.0.0.1' || address === '::1');
      expect(loopback.length === 0 || loopback.length === candidates.length).to.equal(true);
    });

    it('tells just those addresses it announced to tell at its start, of the families asked for', async () => {
      for (const families of ['ipv4', 'ipv6', 'ipv4,ipv6']) {
        const options: CandidateOptions = {
          announcedAddresses: [],
          families: addressFamilies.filter((family) => families.includes(family)),
          interfaces: [],
        };
        const expected = toldAddresses(mediaAddresses(undefined), options).addresses.map((text) => text.split(' ')[0]);
        // Not every machine has both.
        if (expected.length === 0) continue;
        const told = (await candidatesOf('--address-families', families)).map((one) => target(one)[0]);
        expect(told, families).to.have.members(expected);
      }
    });

    it('tells addresses of the interfaces asked for only', async () => {
      const [one, ...others] = mediaAddresses(undefined);
      if (!one) throw new Error('a machine without any address');
      const told = (await candidatesOf('--interfaces', one.interface)).map((each) => target(each)[0]);
      expect(told).to.include(one.address);
      for (const other of others) expect(told.includes(other.address)).to.equal(other.interface === one.interface);
    });

    it('keeps to the address it is bound to', async () => {
      const candidates = await candidatesOf('--bind-address', '127.0.0.1');
      expect(candidates.map((one) => target(one)[0])).to.deep.equal(['127.0.0.1']);
    });

    it('tells announced addresses instead of its own', async () => {
      const candidates = await candidatesOf('--announced-address', '203.0.113.7, 2001:db8::7');
      expect(candidates.map((one) => target(one)[0])).to.deep.equal(['203.0.113.7', '2001:db8::7']);
      expect(new Set(candidates.map((one) => target(one)[1])).size, 'ports').to.equal(1);
    });
  });

  it('refuses endpoints before it runs out of ports, and survives ports that others hold', async () => {
    const { first, last } = udpRange(10);
    const held = createSocket('udp4').bind(first + 5);
    await once(held, 'listening');
    const engine = await EmbeddedEngine.start(0, ['--udp-ports', `${first}-${last}`]);
    const client = await KurentoSocket.open(engine.url);
    const mediaPipeline = await client.create('MediaPipeline');
    let refused: number | undefined;
    for (let count = 0; count < 10 && refused === undefined; count++) {
      const answer = await client.request('create', { type: 'WebRtcEndpoint', constructorParams: { mediaPipeline } });
      refused = answer.error?.code;
      if (refused !== undefined) break;
      const object = z.object({ value: z.string() }).parse(answer.result).value;
      await client.invoke(object, 'processOffer', { offer: browserOffer() });
    }
    expect(refused).to.equal(40009);
    await client.value('release', { object: mediaPipeline });
    expect(await client.pipelines()).to.deep.equal([]);
    held.close();
    await client.close();
    expect(await engine.stop()).to.equal(0);
  });
});
