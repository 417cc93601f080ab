import { spawn, spawnSync, execFile } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { npmCommand } from '../../scripts/npm.mjs';
import { z } from 'zod';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));
const file = z.object({ path: z.string() });
const packed = z.array(z.object({ filename: z.string(), size: z.number(), files: z.array(file) })).length(1);
const names = z.record(z.string(), z.string()).default({});
const manifest = z.looseObject({
  bin: z.object({ atrium: z.string() }),
  exports: z.record(z.string(), z.union([z.string(), z.record(z.string(), z.string())])),
  dependencies: names,
  optionalDependencies: names,
  bundleDependencies: z.array(z.string()),
});

/** A program of somebody who installed the package. It has a room without any media server in reach. */
const program = `
  import { configOf, startServer } from 'atrium';
  const server = await startServer(configOf({
    port: 0, host: '127.0.0.1', logLevel: 'error', kmsUris: ['ws://127.0.0.1:9/'],
  }));
  const page = await fetch(server.url);
  const client = await fetch(new URL('client/atrium-client.js', server.url));
  console.log(JSON.stringify({ page: page.status, client: client.status, rooms: server.rooms.names }));
  await server.stop();
`;

/** A program of somebody who writes TypeScript, with what docs/webhooks.md and examples/embed-server show. */
const consumer = `
  import { RoomError, configOf, serve, startServer } from 'atrium';
  import type { Authorize, Config, Dialect, Hooks, RunningServer } from 'atrium';
  import 'atrium/media-server';
  import { Room } from 'atrium/client';
  const authorize: Authorize = ({ action }) => {
    if (action === 'open') throw new RoomError('not-allowed', 'Ask an administrator');
    return undefined;
  };
  const hooks: Hooks = { easyrtc: {} };
  export const server: RunningServer = await startServer(configOf({ port: 0 }), hooks, { authorize });
  server.events.on('participantJoined', ({ room, participant }) => participant.profile.name + room.name);
  export const start: (config: Config) => Promise<RunningServer> = startServer;
  export const room = new Room({ url: 'ws://localhost/room', room: 'garden', user: 'Ana' });
  export type Mine = [Dialect, typeof serve];
  // @ts-expect-error there is no such event
  server.events.on('participantJoind', () => undefined);
`;

describe('the package', function () {
  this.timeout(120_000);
  let folder = '';
  let size = 0;
  let paths: readonly string[] = [];
  const installed = (): string => join(folder, 'node_modules/atrium');
  const manifestOf = async (): Promise<z.output<typeof manifest>> =>
    manifest.parse(JSON.parse(await readFile(join(installed(), 'package.json'), 'utf8')));

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'atrium-package-'));
    const [command, ...first] = npmCommand();
    const pack = ['run', '-s', 'pack:server', '--', '--json', '--pack-destination', folder];
    const { stdout } = await run(command, [...first, ...pack], { cwd: root });
    const [{ filename, files, ...rest } = { filename: '', files: [], size: 0 }] = packed.parse(JSON.parse(stdout));
    paths = files.map(({ path }) => path);
    size = rest.size;
    await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
    await mkdir(installed(), { recursive: true });
    await run('tar', ['-xzf', join(folder, filename), '--strip-components', '1', '-C', installed()]);
    // As npm lays it out. What it depends on, and nothing else, is taken from here, so that the test needs no registry.
    const { dependencies, optionalDependencies } = await manifestOf();
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
      const [from, to] = [join(root, 'node_modules', name), join(folder, 'node_modules', name)];
      if (existsSync(join(installed(), 'node_modules', name)) || !existsSync(from)) continue;
      await mkdir(dirname(to), { recursive: true });
      await symlink(from, to, 'junction');
    }
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('holds what runs, the types of what it exports, and no sources, tests, maps or scripts', async () => {
    expect(paths).to.include.members([
      'dist/src/index.js',
      'dist/src/index.d.ts',
      'dist/src/main.js',
      'dist/src/cli/main.js',
      'dist/media/embedded/main.js',
      'dist/demo/index.html',
      'dist/client/atrium-client.js',
      'dist/client/KurentoRoom.js',
      'README.md',
      'CHANGELOG.md',
      'LICENSE',
    ]);
    const own = paths.filter((path) => !path.startsWith('node_modules/'));
    // Of the server, the files of the bundle and none that it was made of.
    const ofServer = /^dist\/(?!chunks\/|client\/|demo\/|examples\/).*\.js$/;
    expect(own.filter((path) => ofServer.test(path))).to.have.members([
      'dist/src/index.js',
      'dist/src/main.js',
      'dist/src/cli/main.js',
      'dist/media/embedded/main.js',
      'dist/load/load-process.js',
    ]);
    expect(own.filter((path) => /^(?!dist\/|docs\/)[^/]+\/|(?<!\.d)\.ts$/.test(path))).to.deep.equal([]);
    expect(paths.filter((path) => /\.map$|\/test\/|\.test\./.test(path))).to.deep.equal([]);
    expect(await manifestOf()).not.to.have.any.keys('private', 'scripts', 'devDependencies', 'overrides');
    expect(size).to.be.lessThan(2_500_000);
  });

  it('brings what npm would get from elsewhere, and runs nothing when it is installed', async () => {
    const { dependencies, bundleDependencies } = await manifestOf();
    expect(bundleDependencies).to.deep.equal(['kurento-client', 'reconnect-ws']);
    const asked = [dependencies];
    for (const path of paths.filter((each) => /^node_modules\/[^/]+\/package\.json$/.test(each))) {
      const { dependencies: needed, scripts } = z
        .looseObject({ dependencies: names, scripts: names })
        .parse(JSON.parse(await readFile(join(installed(), path), 'utf8')));
      expect(Object.keys(scripts), path).to.deep.equal([]);
      asked.push(needed);
    }
    // npm installs nothing for a bundled package: the others are there too, or a dependency of the package itself.
    const here = new Set([
      ...paths.flatMap((path) => /^node_modules\/([^/]+)\/package\.json$/.exec(path)?.[1] ?? []),
      ...Object.keys(dependencies),
    ]);
    expect(asked).to.have.length.greaterThan(4);
    for (const each of asked.slice(1)) expect([...here]).to.include.members(Object.keys(each));
    const versions = asked.flatMap((each) => Object.entries(each));
    expect(versions.filter(([, version]) => !/^[~^]?\d+\.\d+\.\d+$/.test(version))).to.deep.equal([]);
    expect(versions.map(([name]) => name)).not.to.include('bufferutil');
  });

  it('is there by its name in an empty folder, and serves rooms and pages', async () => {
    await writeFile(join(folder, 'program.js'), program);
    const { stdout } = await run(process.execPath, ['program.js'], { cwd: folder });
    expect(JSON.parse(stdout)).to.deep.equal({ page: 200, client: 200, rooms: [] });
  });

  it('has the command atrium, whose server has a call', async () => {
    const { bin } = await manifestOf();
    const command = join(installed(), bin.atrium);
    expect(await readFile(command, 'utf8')).to.match(/^#!\/usr\/bin\/env node\n/);
    const flags = ['--port', '0', '--host', '127.0.0.1', '--log-level', 'error', '--media-udp-ports', '41000-41099'];
    const server = spawn(process.execPath, [command, 'start', ...flags], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const gone = once(server, 'exit');
    try {
      const url = await new Promise<string>((resolve, reject) => {
        createInterface(server.stdout).on('line', (line) => {
          const [, address] = /^Atrium is open: (\S+)$/.exec(line) ?? [];
          if (address !== undefined) resolve(address);
        });
        void gone.then(() => {
          reject(new Error('the server ended'));
        });
      });
      // It ends with another code when a stream does not come.
      const load = ['load-test', '--room', 'call', '--publishers', '1', '--subscribers', '1', '--duration', '1s'];
      await run(process.execPath, [command, ...load, '--url', url], { cwd: folder });
    } finally {
      server.kill('SIGINT');
      await gone;
    }
  });

  it('has the media server as a program of its own', async () => {
    await writeFile(join(folder, 'media.js'), `import 'atrium/media-server';`);
    const { stdout } = await run(process.execPath, ['media.js', '--version'], { cwd: folder });
    expect(stdout).to.match(/^\S*\d+\.\d+\.\d+\n$/);
  });

  it('shows nothing but what it exports', async () => {
    const imports = ['atrium/dist/src/server.js', 'atrium/rooms'].map((path) => `import('${path}')`).join();
    const script = `Promise.allSettled([${imports}]).then((all) => console.log(all.map(({ reason }) => reason?.code).join()))`;
    const { stdout } = await run(process.execPath, ['-e', script], { cwd: folder });
    expect(stdout.trim()).to.equal('ERR_PACKAGE_PATH_NOT_EXPORTED,ERR_PACKAGE_PATH_NOT_EXPORTED');
  });

  for (const [name, flags] of Object.entries({
    node16: ['--module', 'node16', '--moduleResolution', 'node16'],
    // The other one has looked into the files of types.
    bundler: ['--module', 'esnext', '--moduleResolution', 'bundler', '--skipLibCheck'],
  })) {
    it(`has the types of what it exports, for a strict project that resolves modules as ${name}`, async () => {
      for (const [entry, conditions] of Object.entries((await manifestOf()).exports)) {
        if (typeof conditions === 'string') continue;
        expect(Object.keys(conditions), entry).to.deep.equal(['types', 'default']);
        expect(paths).to.include.members(Object.values(conditions).map((path) => path.replace('./', '')));
      }
      await writeFile(join(folder, 'consumer.ts'), consumer);
      const all = ['--ignoreConfig', '--noEmit', '--strict', '--target', 'es2023', ...flags];
      const types = ['--types', 'node', '--typeRoots', join(root, 'node_modules/@types')];
      const tsc = join(root, 'node_modules/typescript/bin/tsc');
      const { status, stdout } = spawnSync(process.execPath, [tsc, ...all, ...types, 'consumer.ts'], {
        cwd: folder,
        encoding: 'utf8',
      });
      expect(status, stdout).to.equal(0);
    });
  }
});
