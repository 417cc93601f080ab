import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configOf } from '../../src/config.js';
import { optionList } from '../../src/option-list.js';

const root = new URL('../../', import.meta.url);
const known = new Set(['NODE_ENV', ...optionList.map(({ variable }) => variable)]);

describe('the systemd unit deploy/systemd/atrium.service', () => {
  const text = readFileSync(new URL('deploy/systemd/atrium.service', root), 'utf8');
  const lines = text.split('\n');

  /** With the Node of this machine in its place. @returns what systemd-analyze says, and its exit code */
  function analyzed(...args: readonly string[]): { readonly status: number | null; readonly said: string } {
    const folder = mkdtempSync(join(tmpdir(), 'systemd-'));
    try {
      const unit = join(folder, 'atrium.service');
      writeFileSync(unit, text.replaceAll('/usr/bin/node', process.execPath));
      const { status, stdout, stderr, error } = spawnSync('systemd-analyze', [...args, unit], { encoding: 'utf8' });
      return { status, said: error?.message ?? stdout + stderr };
    } finally {
      rmSync(folder, { recursive: true });
    }
  }
  const isInstalled = (): boolean =>
    spawnSync('systemd-analyze', ['--version'], { stdio: 'ignore' }).error === undefined;

  it('runs the server and its health check, and sets what the server knows', () => {
    const commands = lines.filter((line) => /^ExecStart(?:Post)?=/.test(line));
    expect(commands).to.have.length(2);
    for (const command of commands) {
      const [program = ''] = /dist\/\S+\.js/.exec(command) ?? [];
      expect(existsSync(new URL(program, root)), command).to.equal(true);
    }
    expect(lines, 'reload').to.include('ExecReload=/bin/kill -HUP $MAINPID');
    const set = lines.flatMap((line) => /^Environment=(\w+)=/.exec(line)?.[1] ?? []);
    expect([...known]).to.include.members(set);
  });

  it('has a user of its own for as long as it runs, a folder to write to, and files for many sockets', () => {
    expect(lines).to.include.members(['Type=exec', 'DynamicUser=yes', 'StateDirectory=atrium', 'LimitNOFILE=65536']);
  });

  it('waits for a server that ends for longer than it takes', () => {
    const [, seconds] = /^TimeoutStopSec=(\d+)$/m.exec(text) ?? [];
    expect(Number(seconds)).to.be.at.least(configOf({ drainS: 300 }).drainS + 25);
  });

  it('has no fault that systemd knows of', function () {
    if (!isInstalled()) this.skip();
    const { status, said } = analyzed('verify');
    expect([status, said]).to.deep.equal([0, '']);
  });

  it('leaves the server few ways to do harm, as systemd counts them: 2 of 10 and less', function () {
    if (!isInstalled()) this.skip();
    const { status, said } = analyzed('security', '--offline=yes', '--threshold=20');
    expect(status, said).to.equal(0);
  });
});
