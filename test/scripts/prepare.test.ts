import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));

/** Of a clone, what `npm start` has no use for; packages are linked. */
const unused = new Set(['.git', 'bench', 'dist', 'docs', 'node_modules', 'test', 'test-results']);

describe('a clone in a folder with a name that addresses write otherwise', function () {
  this.timeout(240_000);
  let folder = '';

  before(async () => {
    folder = join(await mkdtemp(join(tmpdir(), 'atrium-clone-')), 'a #1 clone? 100% ü');
    for (const name of (await readdir(root)).filter((each) => !unused.has(each)))
      await cp(join(root, name), join(folder, name), { recursive: true });
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  });
  after(() => rm(join(folder, '..'), { recursive: true, force: true }));

  it('is compiled, page and all, and its server runs', async () => {
    await run(process.execPath, ['scripts/prepare.mjs', 'build'], { cwd: folder });
    for (const made of ['demo/index.html', 'client/atrium-client.js', 'client/KurentoRoom.js'])
      expect(existsSync(join(folder, 'dist', made)), made).to.be.true;
    const { stdout } = await run(process.execPath, ['dist/src/main.js', '--help'], { cwd: folder });
    expect(stdout).to.include('--port');
  });
});
