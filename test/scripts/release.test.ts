import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { npmCommand } from '../../scripts/npm.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));

interface Description {
  readonly scripts: { readonly release: string };
}

/** A repository of its own with what a release reads and writes; its checks and tests note that they ran. */
class Clone {
  readonly #folder = mkdtempSync(join(tmpdir(), 'atrium-release-'));

  constructor() {
    this.git('init', '--quiet', '--initial-branch', 'main');
    this.git('config', 'user.name', 'A maintainer');
    this.git('config', 'user.email', 'maintainer@example.org');
    this.git('config', 'commit.gpgSign', 'false');
    for (const path of ['package-lock.json', 'client/package.json', 'scripts/release.mjs', 'scripts/npm.mjs']) {
      cpSync(join(root, path), join(this.#folder, path));
    }
    const description = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Description;
    this.#describe(description, 'true');
    this.write('.gitignore', 'ran\n');
    this.write('CHANGELOG.md', changelog);
    this.commit();
  }

  #describe({ scripts, ...description }: Description, test: string): void {
    const own = { release: scripts.release, check: 'echo check >> ran', test: `echo test >> ran && ${test}` };
    const content = { ...description, version: '0.1.0', scripts: own };
    this.write('package.json', `${JSON.stringify(content, undefined, 2)}\n`);
  }

  failTests(): void {
    this.#describe(JSON.parse(this.read('package.json')) as Description, 'false');
    this.commit();
  }

  release(...args: string[]): { status: number | null; stdout: string; stderr: string } {
    return spawnSync(process.execPath, ['scripts/release.mjs', ...args], { cwd: this.#folder, encoding: 'utf8' });
  }

  /** As a maintainer types it: `npm run release -- …`. */
  releaseByNpm(...args: string[]): ReturnType<Clone['release']> {
    const [command, ...first] = npmCommand();
    return spawnSync(command, [...first, 'run', '-s', 'release', '--', ...args], {
      cwd: this.#folder,
      encoding: 'utf8',
    });
  }

  git(...args: string[]): string {
    return execFileSync('git', args, { cwd: this.#folder, encoding: 'utf8' }).trimEnd();
  }

  commit(): void {
    this.git('add', '.');
    this.git('commit', '--quiet', '--message', 'chore: as it is');
  }

  read(path: string): string {
    return readFileSync(join(this.#folder, path), 'utf8');
  }

  write(path: string, text: string): void {
    writeFileSync(join(this.#folder, path), text);
  }

  versionIn(path: string): unknown {
    return (JSON.parse(this.read(path)) as { version: unknown }).version;
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true });
  }
}

const changelog = `# Changelog

What it is.

## Unreleased

### Added

- Clients: something new,
  in two lines.

### Changed

### Fixed

- Operators: a bug.

## 0.1.0 (2026-11-28)

### Added

- Everything.
`;

describe('npm run release', function () {
  this.timeout(60_000);
  let clone: Clone;
  beforeEach(() => {
    clone = new Clone();
  });
  afterEach(() => {
    clone.remove();
  });

  it('checks and tests, then commits the version and the heading of CHANGELOG, and tags them', () => {
    const { status, stdout, stderr } = clone.releaseByNpm('0.2.0');
    expect(status, stderr).to.equal(0);
    expect(stdout).to.include('git push --follow-tags');
    expect(clone.read('ran')).to.equal('check\ntest\n');
    for (const path of ['package.json', 'package-lock.json', 'client/package.json']) {
      expect(clone.versionIn(path), path).to.equal('0.2.0');
    }
    const today = new Date().toISOString().slice(0, 10);
    const lines = '### Added\n\n- Clients: something new,\n  in two lines.\n\n### Fixed\n\n- Operators: a bug.\n';
    expect(clone.read('CHANGELOG.md')).to.include(
      `What it is.\n\n## Unreleased\n\n### Added\n\n### Changed\n\n### Fixed\n\n## 0.2.0 (${today})\n\n${lines}\n## 0.1.0 (2026-11-28)\n`,
    );
    expect(clone.git('status', '--porcelain')).to.equal('');
    expect(clone.git('log', '-1', '--format=%s')).to.equal('chore: release 0.2.0');
    expect(clone.git('describe', '--exact-match')).to.equal('v0.2.0');
  });

  it('changes nothing with --dry-run, but says what it would do', () => {
    const { status, stdout } = clone.release('0.2.0', '--dry-run');
    expect(status).to.equal(0);
    expect(stdout).to.include('v0.2.0').and.include('- Operators: a bug.').and.not.include('Changed');
    expect(clone.git('status', '--porcelain', '--ignored')).to.equal('');
    expect(clone.git('log', '--format=%s')).to.equal('chore: as it is');
    expect(clone.git('tag')).to.equal('');
  });

  it('refuses a tree with changes that are not committed', () => {
    clone.write('new-file', 'not committed\n');
    const { status, stderr } = clone.release('0.2.0');
    expect(status).to.equal(1);
    expect(stderr).to.include('new-file');
    expect(clone.git('tag')).to.equal('');
  });

  it('refuses what is no version, or no later one, or tagged already', () => {
    clone.git('tag', 'v0.3.0');
    for (const version of ['', 'next', '0.2', '0.1.0', '0.0.9', '0.3.0']) {
      expect(clone.release(version).status, version).to.equal(1);
    }
    expect(clone.git('tag')).to.equal('v0.3.0');
  });

  it('refuses a release of which CHANGELOG says nothing', () => {
    clone.write(
      'CHANGELOG.md',
      '# Changelog\n\n## Unreleased\n\n### Added\n\n## 0.1.0 (2026-11-28)\n\n- Everything.\n',
    );
    clone.commit();
    const { status, stderr } = clone.release('0.2.0');
    expect(status).to.equal(1);
    expect(stderr).to.include('Unreleased');
  });

  it('releases nothing when a test fails', () => {
    clone.failTests();
    const { status, stderr } = clone.release('0.2.0');
    expect(status).to.equal(1);
    expect(stderr).to.include('nothing is released');
    expect(clone.git('status', '--porcelain')).to.equal('');
    expect(clone.git('tag')).to.equal('');
  });
});
