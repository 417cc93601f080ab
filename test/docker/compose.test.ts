import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { WebSocketServer } from 'ws';
import { parse } from 'yaml';
import { z } from 'zod';
import { configOf } from '../../src/config.js';
import { optionList } from '../../src/option-list.js';

const run = promisify(execFile);
const root = new URL('../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');

const service = z.object({
  image: z.string(),
  environment: z.record(z.string(), z.string()),
  expose: z.array(z.string()).default([]),
  ports: z.array(z.string()),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
});
const healthcheck = z.object({ test: z.tuple([z.literal('CMD'), z.string()], z.string()) });
const compose = z
  .object({ services: z.object({ atrium: service, kms: service.extend({ healthcheck }) }) })
  .parse(parse(read('docker-compose.yml')));
const { atrium, kms } = compose.services;

describe('docker-compose.yml', () => {
  it('puts the room server in front of Kurento Media Server 7.3.0', () => {
    expect(kms.image).to.equal('kurento/kurento-media-server:7.3.0');
  });

  it('points the room server at the media server of the same file, and starts it after that', () => {
    const { hostname, port } = new URL(atrium.environment.KMS_URIS ?? '');
    expect(Object.keys(compose.services)).to.include(hostname);
    expect(kms.expose).to.include(`${port}/tcp`);
    expect(atrium.depends_on).to.deep.equal({ [hostname]: { condition: 'service_healthy' } });
  });

  it('publishes exactly the UDP ports the media server uses, and never its control port', () => {
    const { KMS_MIN_PORT: first, KMS_MAX_PORT: last } = kms.environment;
    expect(kms.ports).to.deep.equal([`${first}-${last}:${first}-${last}/udp`]);
  });

  it('sets only options the server knows', () => {
    const known = optionList.map(({ variable }) => variable);
    expect(known).to.include.members(Object.keys(atrium.environment));
  });

  it('finds the media server healthy while it takes WebSockets, and only then', async () => {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    const [, command, ...args] = kms.healthcheck.test;
    // The port is another here; `$$` is what Compose reads as `$`.
    const check = () =>
      run(
        command,
        args.map((arg) => arg.replaceAll('8888', String(port)).replaceAll('$$', '$')),
      );
    await check();
    for (const client of server.clients) client.terminate();
    await new Promise((resolve) => {
      server.close(resolve);
    });
    expect(await failed(check())).to.equal(true);
  });
});

describe('Dockerfile', () => {
  const lines = read('Dockerfile').split('\n');

  it('copies only what is there', () => {
    const sources = lines
      .filter((line) => line.startsWith('COPY ') && !line.includes('--from='))
      .flatMap((line) => line.split(/\s+/).slice(1, -1));
    expect(sources).to.not.be.empty;
    expect(sources.filter((source) => !existsSync(new URL(source, root)))).to.deep.equal([]);
  });

  it('asks for its health with the command that reads the same configuration', async () => {
    const [, check] = /^HEALTHCHECK (?:.*\\\n)*.*CMD (\[.*\])$/m.exec(read('Dockerfile')) ?? [];
    const [program, ...args] = z.array(z.string()).parse(JSON.parse(check ?? '[]'));
    expect([program, ...args]).to.deep.equal(['node', 'dist/src/main.js', 'health']);
    // Nothing listens at port 1.
    const asked = run(process.execPath, args, { cwd: root, env: { PORT: '1', HOST: '127.0.0.1' } });
    const { code, stdout } = await asked
      .catch((error: unknown) => z.object({ code: z.number(), stdout: z.string() }).parse(error))
      .then((result) => ({ code: 0, ...result }));
    expect(code).to.equal(1);
    expect(stdout).to.match(/^unhealthy: /);
  }).timeout(120_000);

  it('serves as another user than root, and exposes the ports the server uses by default', () => {
    expect(lines.filter((line) => line.startsWith('USER '))).to.deep.equal(['USER node']);
    const exposed = lines.filter((line) => line.startsWith('EXPOSE ')).map((line) => line.slice('EXPOSE '.length));
    const { port, mediaUdpPorts } = configOf();
    const ports = [String(port), `${mediaUdpPorts.first}-${mediaUdpPorts.last}/udp`];
    expect(exposed).to.have.members(ports);
  });
});

async function failed(attempt: Promise<unknown>): Promise<boolean> {
  try {
    await attempt;
    return false;
  } catch {
    return true;
  }
}
