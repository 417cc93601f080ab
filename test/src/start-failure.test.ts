import { spawn } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { ConfigError, readConfig } from '../../src/config.js';
import { startServer } from '../../src/server.js';
import { serverProgram } from '../support/programs.js';
import { SmallDisk } from '../support/small-disk.js';

const quiet = { PORT: '0', HOST: '127.0.0.1', LOG_LEVEL: 'error', KMS_URIS: '' };

interface Failure {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Why the server does not start, in the one line that the program prints. No process was started before, and so no engine. */
async function reason(env: object, args: readonly string[] = []): Promise<string> {
  const processes: unknown[] = [];
  const onProcess = (started: unknown): void => void processes.push(started);
  subscribe('child_process', onProcess);
  try {
    const server = await startServer(readConfig(args, { ...quiet, ...env }));
    await server.stop();
    return 'it started';
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    expect(processes, 'nothing was started').to.deep.equal([]);
    return error.message;
  } finally {
    unsubscribe('child_process', onProcess);
  }
}

/** Starts the program, and resolves when it and all that it has started are gone. */
async function start(env: NodeJS.ProcessEnv, args: readonly string[] = [], user?: number): Promise<Failure> {
  const child = spawn(process.execPath, [...serverProgram.execArgv, serverProgram.path, ...args], {
    env: { ...process.env, ...quiet, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(user !== undefined && { uid: user, gid: user }),
  });
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].on('data', (chunk: Buffer) => (said[name] += chunk.toString()));
  }
  // A server that starts against all expectation must not wait for ever.
  child.stdout.on('data', () => {
    if (said.stdout.includes('Atrium is open')) child.kill();
  });
  // A remaining engine would keep the other end open.
  const [code] = (await once(child, 'close')) as [number];
  return { code, ...said };
}

describe('a server that cannot start', function () {
  this.timeout(60_000);
  const folder = mkdtempSync(join(tmpdir(), 'start-failure-'));
  const file = join(folder, 'file');
  const below = join(file, 'below');
  const missing = join(folder, 'missing');
  const broken = join(folder, 'broken.yaml');
  const foreign = join(folder, 'foreign');
  const other = createServer();
  let disk: SmallDisk | undefined;

  before(async () => {
    writeFileSync(file, '');
    writeFileSync(broken, 'easyrtc: enabled: true\n');
    mkdirSync(join(foreign, 'atrium-files', 'precious'), { recursive: true });
    await once(other.listen(0, '127.0.0.1'), 'listening');
    disk = SmallDisk.mount(4096);
    disk?.readOnly();
  });
  after(() => {
    other.close();
    disk?.unmount();
    rmSync(folder, { recursive: true });
  });

  /** One line that begins with the name of the option, and no engine was started: it would have said so. */
  function expectLine({ code, stdout, stderr }: Failure, line: RegExp): void {
    expect(stderr).to.match(/^[^\n]+\n$/);
    expect(stderr.trim()).to.match(line);
    expect(stdout, 'nothing was started').to.equal('');
    expect(code).to.equal(1);
  }

  const inUse = (): string => String((other.address() as AddressInfo).port);
  const concierge = (dir: string): object => ({ CONCIERGE_FILES: 'fs-key', CONCIERGE_FILES_DIR: dir });
  const cases: readonly (readonly [why: string, env: () => object, line: RegExp, args?: () => readonly string[]])[] = [
    ['a port in use', () => ({ PORT: inUse() }), /^PORT: \d+ is in use; stop the program .*, or name another port$/],
    ['an admin port in use', () => ({ ADMIN_PORT: inUse() }), /^ADMIN_PORT: \d+ is in use; .*$/],
    ['one port for both', () => ({ PORT: '40123', ADMIN_PORT: '40123' }), /^ADMIN_PORT: 40123 is in use; .*$/],
    [
      'an unknown host',
      () => ({ HOST: 'nowhere.invalid' }),
      /^HOST: this machine has no address nowhere\.invalid; .*$/,
    ],
    ['an address of others', () => ({ HOST: '203.0.113.1' }), /^HOST: this machine has no address 203\.0\.113\.1; .*$/],
    [
      'files in no folder',
      () => concierge(below),
      /^CONCIERGE_FILES_DIR: .*below cannot be used \(ENOTDIR.*; name a .*$/,
    ],
    [
      'files in a folder of others',
      () => concierge(foreign),
      /^CONCIERGE_FILES_DIR: .*atrium-files was not made by .*$/,
    ],
    [
      'a state file whose folder is not there',
      () => ({ STATE_FILE: join(missing, 'state') }),
      /^STATE_FILE: .*\(ENOENT.*; name .*$/,
    ],
    [
      'no folder for recordings',
      () => ({ MEDIA_RECORDINGS_DIR: missing }),
      /^MEDIA_RECORDINGS_DIR: .*\(ENOENT.*; name .*$/,
    ],
    [
      'a file for recordings',
      () => ({ MEDIA_RECORDINGS_DIR: file }),
      /^MEDIA_RECORDINGS_DIR: .*\(it is no directory\); .*$/,
    ],
    [
      'no folder of scripts',
      () => ({ EASYRTC_FILES: missing }),
      /^EASYRTC_FILES: .*missing cannot be used \(ENOENT.*; .*$/,
    ],
    ['no certificate', () => ({ TLS_CERT: missing, TLS_KEY: missing }), /^TLS_CERT, TLS_KEY: .*ENOENT.*; name a .*$/],
    ['an empty certificate', () => ({ TLS_CERT: file, TLS_KEY: file }), /^TLS_CERT, TLS_KEY: .*cannot be used.*$/],
    [
      'a certificate that is none',
      () => ({ TLS_CERT: broken, TLS_KEY: broken }),
      /^TLS_CERT, TLS_KEY: .*cannot be used.*$/,
    ],
    ['a certificate alone', () => ({ TLS_CERT: file }), /^TLS_CERT, TLS_KEY: name both or none.*$/],
    [
      'a certificate that cannot be kept',
      () => ({ TLS: 'self-signed', TLS_CERT: below, TLS_KEY: below }),
      /^TLS_CERT, .*$/,
    ],
    [
      'no YAML file',
      () => ({ ATRIUM_CONFIG: missing }),
      /^ATRIUM_CONFIG: .*missing cannot be read \(ENOENT.*; name .*$/,
    ],
    ['a folder as YAML file', () => ({}), /^--config: .* cannot be read \(EISDIR.*$/, () => ['--config', folder]],
    [
      'a broken YAML file',
      () => ({}),
      /^--config: .*broken\.yaml cannot be read \(.*line 1.*\); .*$/,
      () => ['--config', broken],
    ],
  ];
  for (const [why, env, line, args] of cases) {
    it(`because of ${why} says so in one line, before it starts an engine`, async () => {
      const text = await reason(env(), args?.());
      expect(text).not.to.include('\n');
      expect(text).to.match(line);
    });
  }

  // One for what is read, and one for what is tried.
  for (const [why, env, line] of [
    ['no YAML file', { ATRIUM_CONFIG: missing }, /^ATRIUM_CONFIG: .*missing cannot be read \(ENOENT.*$/],
    ['an address of others', { HOST: '203.0.113.1' }, /^HOST: .* 203\.0\.113\.1; .*conda and tcsh set HOST/],
  ] as const) {
    it(`because of ${why} prints that line alone, and ends with 1`, async () => {
      expectLine(await start({ LOG_LEVEL: 'info', ...env }), line);
    });
  }

  it('because it may not write to a folder says so in one line, before it starts an engine', async function () {
    if (!disk) {
      this.skip();
      return;
    }
    for (const [name, env] of [
      ['CONCIERGE_FILES_DIR', concierge(disk.path)],
      ['MEDIA_RECORDINGS_DIR', { MEDIA_RECORDINGS_DIR: disk.path }],
    ] as const) {
      expect(await reason(env)).to.match(new RegExp(`^${name}: .*EROFS.*; name a directory that .*$`));
    }
  });

  it('because its user may not have the port says so in one line, before it starts an engine', async function () {
    const lowest = '/proc/sys/net/ipv4/ip_unprivileged_port_start';
    const user = process.getuid?.() === 0 ? 65_534 : undefined;
    if (!existsSync(lowest) || Number(readFileSync(lowest, 'utf8')) < 81) {
      this.skip();
      return;
    }
    expectLine(await start({ LOG_LEVEL: 'info', PORT: '80' }, [], user), /^PORT: this user may not listen on 80; .*$/);
  });

  for (const [why, env, line] of [
    [
      'too few UDP ports for its engines',
      { MEDIA_PROCESSES: '3', MEDIA_UDP_PORTS: '41200-41220' },
      /^MEDIA_UDP_PORTS: 3 media processes \(MEDIA_PROCESSES\) need at least 30 ports, and 41200-41220 are 21$/,
    ],
    [
      'an engine that does not start',
      { MEDIA_UDP_PORTS: '500-600' },
      /^MEDIA_UDP_PORTS must .*\. The server does without its own media engine when KMS_URIS names a Kurento media server\.$/,
    ],
    [
      'an address for media that this machine does not have',
      { MEDIA_BIND_ADDRESS: '203.0.113.7' },
      /^MEDIA_BIND_ADDRESS: this machine has no address 203\.0\.113\.7\. /,
    ],
  ] as const) {
    it(`because of ${why} says so in one line, and leaves no engine behind`, async () => {
      const { code, stderr } = await start(env);
      expect(code).to.equal(1);
      expect(stderr.trim()).to.match(line);
    });
  }
});
