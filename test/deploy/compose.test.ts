import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { WebSocketServer } from 'ws';
import { parse } from 'yaml';
import { z } from 'zod';
import { configOf, readConfig } from '../../src/config.js';
import { optionList } from '../../src/option-list.js';
import { filledIn } from '../support/compose.js';

const run = promisify(execFile);
const root = new URL('../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');

const service = z.object({
  image: z.string(),
  profiles: z.array(z.string()).length(1),
  environment: z.record(z.string(), z.string()).default({}),
  command: z.array(z.string()).default([]),
  expose: z.array(z.string()).default([]),
  ports: z.array(z.string()),
  volumes: z.array(z.string()).default([]),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
  read_only: z.boolean().default(false),
  cap_drop: z.array(z.string()),
  cap_add: z.array(z.string()).default([]),
  security_opt: z.array(z.string()),
  mem_limit: z.string(),
});
const healthcheck = z.object({ test: z.tuple([z.literal('CMD'), z.string()], z.string()) });
const compose = z
  .object({
    services: z.object({
      atrium: service,
      'atrium-kms': service,
      kms: service.extend({ healthcheck }),
      caddy: service,
      coturn: service,
    }),
    volumes: z.record(z.string(), z.unknown()),
  })
  .parse(parse(read('docker-compose.yml'), { merge: true }));
const { services } = compose;
const { atrium, 'atrium-kms': besideKms, kms, caddy, coturn } = services;
/** The variables of .env.example, with their values. */
const example = new Map(
  read('.env.example')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)] as const),
);
const known = new Set(optionList.map(({ variable }) => variable));

describe('docker-compose.yml', () => {
  it('has the profiles embedded, kms, tls and turn, of which .env.example starts the first', () => {
    const profiles = new Set(Object.values(services).flatMap((each) => each.profiles));
    expect([...profiles]).to.have.members(['embedded', 'kms', 'tls', 'turn']);
    expect(example.get('COMPOSE_PROFILES')).to.equal('embedded');
    expect([...atrium.profiles, ...besideKms.profiles]).to.deep.equal(['embedded', 'kms']);
  });

  it('reads the ten settings that .env.example explains, and no others', () => {
    const text = read('docker-compose.yml').replace(/^\s*#.*$/gm, '');
    const asked = [...text.matchAll(/(?<!\$)\$\{(\w+)(?::-[^}]*)?\}/g)].map(([, name]) => name);
    expect([...new Set(asked), 'COMPOSE_PROFILES']).to.have.members([...example.keys()]);
    expect(example.size).to.equal(10);
  });

  it('needs no .env when a profile is named: every setting has a default', () => {
    const text = read('docker-compose.yml').replace(/^\s*#.*$/gm, '');
    expect(text.match(/(?<!\$)\$\{?\w+(?!\w|:-)/g) ?? []).to.deep.equal([]);
    expect(atrium.profiles).to.deep.equal(['embedded']);
  });

  it('pins every image, and gives none a right that it does not need', () => {
    for (const [name, each] of Object.entries(services)) {
      expect(each.image === 'atrium' || /:\d+\.\d+\.\d+(?:-\w+)?$/.test(each.image), each.image).to.equal(true);
      expect(each.cap_drop, name).to.deep.equal(['ALL']);
      expect(each.cap_add, name).to.deep.equal(each === caddy || each === coturn ? ['NET_BIND_SERVICE'] : []);
      expect(each.security_opt, name).to.deep.equal(['no-new-privileges:true']);
      expect(each.mem_limit, name).to.not.equal('');
      // The start script of a Kurento Media Server writes its settings.
      expect(each.read_only, name).to.equal(each !== kms);
    }
  });

  it('puts Kurento Media Server 7.3.0 behind the room server of its profile, which starts after that', () => {
    expect(kms.image).to.equal('kurento/kurento-media-server:7.3.0');
    const { hostname, port } = new URL(besideKms.environment.KMS_URIS ?? '');
    expect(Object.keys(services)).to.include(hostname);
    expect(kms.expose).to.include(`${port}/tcp`);
    expect(besideKms.depends_on).to.deep.equal({ [hostname]: { condition: 'service_healthy' } });
  });

  it('publishes exactly the UDP ports that media uses, and never the control port of a media server', () => {
    const { KMS_MIN_PORT: first, KMS_MAX_PORT: last } = kms.environment;
    expect(kms.ports).to.deep.equal([`${first}-${last}:${first}-${last}/udp`]);
    const { MEDIA_UDP_PORTS: range } = atrium.environment;
    expect(atrium.ports.filter((each) => each.endsWith('/udp'))).to.deep.equal([`${range}:${range}/udp`]);
  });

  it('sets only options that the server knows, to values that it takes', () => {
    const variables = new Map([...example, ['PUBLIC_ADDRESS', '192.0.2.7'], ['TURN_SECRET', 'north']]);
    for (const { environment } of [atrium, besideKms]) {
      expect([...known]).to.include.members(Object.keys(environment));
      const values = Object.entries(environment).map(([name, value]) => [name, filledIn(value, variables)] as const);
      expect(() => readConfig([], Object.fromEntries(values))).not.to.throw();
    }
  });

  it('keeps what the server writes in volumes whose folders the image gives to its user', () => {
    const folders = [atrium, besideKms].flatMap(({ environment }) =>
      Object.entries(environment).flatMap(([name, value]) => (name.endsWith('_DIR') ? [value] : [])),
    );
    const dockerfile = read('Dockerfile');
    const made = /^RUN mkdir -p (.*) && chown -R node:node \/data$/m.exec(dockerfile)?.[1]?.split(' ');
    expect(made).to.include.members(folders);
    for (const each of [atrium, besideKms]) {
      for (const volume of each.volumes) {
        const [source = '', target = ''] = volume.split(':');
        expect(Object.keys(compose.volumes)).to.include(source);
        expect(made).to.include(target);
      }
    }
  });

  it('mounts files that are there', () => {
    const files = Object.values(services)
      .flatMap(({ volumes }) => volumes.map((volume) => volume.split(':')[0] ?? ''))
      .filter((source) => source.startsWith('.'));
    expect(files).to.deep.equal(['./deploy/caddy/Caddyfile']);
    expect(files.filter((file) => !existsSync(new URL(file, root)))).to.deep.equal([]);
  });

  it('leads Caddy to the room server of either profile', () => {
    const [host, port] = (caddy.environment.UPSTREAM ?? '').split(':');
    const { aliases } = z
      .object({ 'x-atrium': z.object({ networks: z.object({ default: z.object({ aliases: z.array(z.string()) }) }) }) })
      .parse(parse(read('docker-compose.yml'), { merge: true }))['x-atrium'].networks.default;
    expect(aliases).to.include(host);
    expect(port).to.equal(String(configOf().port));
    expect(new URL(besideKms.environment.APP_URL ?? '').host).to.equal(`${host}:${port}`);
  });

  it('gives coturn the secret of the room server, and publishes the ports of its relay', () => {
    expect(coturn.command).to.include.members([
      '--use-auth-secret',
      '--static-auth-secret=${TURN_SECRET:-}',
      '--user-quota=12',
    ]);
    expect(atrium.environment.TURN_SECRET).to.equal('${TURN_SECRET:-}');
    const [first, last] = ['min', 'max'].map((end) =>
      coturn.command.find((each) => each.startsWith(`--${end}-port=`))?.replace(/.*=/, ''),
    );
    expect(coturn.ports).to.include.members(['3478:3478/udp', `${first}-${last}:${first}-${last}/udp`]);
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

  it('is made from one pinned image, of a Node that is kept up', () => {
    const bases = lines.filter((line) => line.startsWith('FROM ')).map((line) => line.split(' ')[1]);
    expect(new Set(bases).size).to.equal(1);
    expect(bases[0]).to.match(/^node:(?:24|26)-bookworm-slim$/);
  });

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
