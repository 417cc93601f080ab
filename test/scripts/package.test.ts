import { execFile, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { npmCommand } from '../../scripts/npm.mjs';
import { z } from 'zod';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));
const packed = z.array(z.object({ filename: z.string(), files: z.array(z.object({ path: z.string() })) })).length(1);

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

describe('the package', function () {
  this.timeout(300_000);
  let folder = '';
  let paths: readonly string[] = [];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'atrium-package-'));
    const [command, ...first] = npmCommand();
    const { stdout } = await run(command, [...first, 'pack', '--json', '--pack-destination', folder], { cwd: root });
    const [{ filename, files } = { filename: '', files: [] }] = packed.parse(JSON.parse(stdout));
    paths = files.map(({ path }) => path);
    await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
    // As npm lays it out. What it depends on is taken from here, so that the test needs no registry.
    const modules = join(folder, 'node_modules');
    await mkdir(join(modules, 'atrium'), { recursive: true });
    for (const name of await readdir(join(root, 'node_modules'))) {
      if (!name.startsWith('.')) await symlink(join(root, 'node_modules', name), join(modules, name), 'junction');
    }
    await run('tar', ['-xzf', join(folder, filename), '--strip-components', '1', '-C', join(modules, 'atrium')]);
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('holds what runs, and no sources, tests or maps', () => {
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
    const own = paths.filter((path) => !path.startsWith('vendor/'));
    // Of the server, the files of the bundle and none that it was made of.
    const ofServer = /^dist\/(?!chunks\/|client\/|demo\/|examples\/).*\.js$/;
    expect(own.filter((path) => ofServer.test(path))).to.have.members([
      'dist/src/index.js',
      'dist/src/main.js',
      'dist/src/cli/main.js',
      'dist/media/embedded/main.js',
      'dist/load/load-process.js',
    ]);
    expect(own.filter((path) => /^(?!dist\/|docs\/)[^/]+\/|\.map$|(?<!\.d)\.ts$/.test(path))).to.deep.equal([]);
  });

  it('is there by its name in an empty folder, and serves rooms and pages', async () => {
    await writeFile(join(folder, 'program.js'), program);
    const { stdout } = await run(process.execPath, ['program.js'], { cwd: folder });
    expect(JSON.parse(stdout)).to.deep.equal({ page: 200, client: 200, rooms: [] });
  });

  it('has the command atrium', async () => {
    const { bin } = z
      .object({ bin: z.object({ atrium: z.string() }) })
      .parse(JSON.parse(await readFile(join(folder, 'node_modules/atrium/package.json'), 'utf8')));
    const program = join(folder, 'node_modules/atrium', bin.atrium);
    expect(await readFile(program, 'utf8')).to.match(/^#!\/usr\/bin\/env node\n/);
    const { stdout } = await run(process.execPath, [program, 'keys', 'generate'], { cwd: folder });
    expect(stdout).to.match(/^API\w+: [\w-]{43}\n$/);
  });

  it('shows nothing but what it exports', async () => {
    for (const path of ['atrium/dist/src/server.js', 'atrium/rooms']) {
      const script = `import('${path}').then(() => 'there', (error) => error.code).then(console.log)`;
      const { stdout } = await run(process.execPath, ['-e', script], { cwd: folder });
      expect(stdout.trim(), path).to.equal('ERR_PACKAGE_PATH_NOT_EXPORTED');
    }
  });

  it('has the types of what it exports', async () => {
    const { exports } = z
      .object({ exports: z.record(z.string(), z.union([z.string(), z.record(z.string(), z.string())])) })
      .parse(JSON.parse(await readFile(join(root, 'package.json'), 'utf8')));
    for (const [name, entry] of Object.entries(exports)) {
      if (typeof entry === 'string') continue;
      for (const condition of ['types', 'default']) {
        expect(paths, `${name}: ${condition}`).to.include(entry[condition]?.replace('./', ''));
      }
    }
    const consumer = `import { serve, startServer } from 'atrium';
      import type { Authorize, Config, Dialect, Hooks, RunningServer } from 'atrium';
      import { Room } from 'atrium/client';
      export const start: (config: Config, hooks: Hooks) => Promise<RunningServer> = startServer;
      export const room = new Room({ url: 'ws://localhost/room', room: 'garden', user: 'Ana' });
      export type Mine = [Authorize, Dialect, typeof serve];`;
    await writeFile(join(folder, 'consumer.ts'), consumer);
    const flags = ['--noEmit', '--strict', '--skipLibCheck', '--target', 'es2023', '--module', 'nodenext'];
    const types = ['--types', 'node', '--typeRoots', join(root, 'node_modules/@types')];
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    const { status, stdout } = spawnSync(process.execPath, [tsc, ...flags, ...types, 'consumer.ts'], {
      cwd: folder,
      encoding: 'utf8',
    });
    expect(status, stdout).to.equal(0);
  });
});
