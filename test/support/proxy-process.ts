import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configOf } from '../../src/config.js';
import { tlsIdentity } from '../../src/tls.js';
import { until } from './until.js';
import { freePort } from '../../tools/free-port.js';

/** Debian's folders of programs; the path of a user may lack the second. */
const env = { ...process.env, PATH: `${process.env.PATH ?? ''}:/usr/sbin` };
const read = (name: string): string => readFileSync(new URL(`../../deploy/${name}`, import.meta.url), 'utf8');

type ThreePorts = readonly [number, number, number];

/** nginx, haproxy or Caddy on this machine, with a file of deploy/ in which only addresses and files are others. */
export class ProxyProcess {
  /** Where it listens. */
  readonly port: number;
  /** Where haproxy tells what it knows of the server behind it. */
  readonly statsUrl: string;
  readonly #child: ChildProcess;
  readonly #folder: string;

  private constructor(port: number, statsPort: number, child: ChildProcess, folder: string) {
    this.port = port;
    this.statsUrl = `http://127.0.0.1:${statsPort}/;csv`;
    this.#child = child;
    this.#folder = folder;
  }

  static isInstalled(name: 'nginx' | 'haproxy' | 'caddy'): boolean {
    return spawnSync(name, [name === 'caddy' ? 'version' : '-v'], { stdio: 'ignore', env }).error === undefined;
  }

  /** deploy/nginx/atrium.conf, with a certificate that is made for this machine. @param ports of the servers behind it, by those in the file */
  static nginx(ports: Readonly<Record<8080 | 8081, number>>): Promise<ProxyProcess> {
    return ProxyProcess.#nginx('nginx/atrium.conf', {
      '127.0.0.1:8080': `127.0.0.1:${ports[8080]}`,
      '127.0.0.1:8081': `127.0.0.1:${ports[8081]}`,
    });
  }

  /** deploy/nginx/nodes.conf, with such a certificate. @param ports of three nodes */
  static nginxOfNodes(ports: ThreePorts): Promise<ProxyProcess> {
    return ProxyProcess.#nginx('nginx/nodes.conf', placesOfNodes(ports));
  }

  static async #nginx(name: string, addresses: Readonly<Record<string, string>>): Promise<ProxyProcess> {
    const folder = mkdtempSync(join(tmpdir(), 'nginx-'));
    const port = await freePort();
    const identity = await tlsIdentity(configOf({ tls: 'self-signed' }));
    const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
    writeFileSync(cert, identity?.cert ?? '');
    writeFileSync(key, identity?.key ?? '', { mode: 0o600 });
    const site = replaced(read(name), {
      'listen 443 ssl': `listen 127.0.0.1:${port} ssl`,
      '/etc/ssl/meet.example.org.pem': cert,
      '/etc/ssl/meet.example.org.key': key,
      ...addresses,
    });
    const kinds = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
    const temporary = kinds.map((kind) => `${kind}_temp_path ${join(folder, kind)};`).join('\n');
    const main = `worker_processes 1; pid ${join(folder, 'pid')}; events {}\nhttp {\naccess_log off;\n${temporary}\n${site}\n}\n`;
    const file = join(folder, 'nginx.conf');
    writeFileSync(file, main);
    return ProxyProcess.#start(
      'nginx',
      ['-p', folder, '-c', file, '-e', 'stderr', '-g', 'daemon off;'],
      port,
      port,
      folder,
    );
  }

  /** deploy/haproxy/atrium.cfg. @param check a line in place of its `option httpchk` */
  static async haproxy(behind: number, check?: string): Promise<ProxyProcess> {
    const folder = mkdtempSync(join(tmpdir(), 'haproxy-'));
    const port = await freePort();
    const statsPort = await freePort();
    const file = join(folder, 'haproxy.cfg');
    const config = replaced(read('haproxy/atrium.cfg'), {
      '    bind :80\n': `    bind 127.0.0.1:${port}\n`,
      '127.0.0.1:8080': `127.0.0.1:${behind}`,
      'inter 5s': 'inter 100ms',
      ...(check !== undefined && { '    option httpchk GET /healthz\n': `    ${check}\n` }),
    });
    writeFileSync(file, `${config}\n${statsAt(statsPort)}`);
    return ProxyProcess.#start('haproxy', ['-db', '-f', file], port, statsPort, folder);
  }

  /** deploy/haproxy/nodes.cfg. @param ports of three nodes */
  static async haproxyOfNodes(ports: ThreePorts): Promise<ProxyProcess> {
    const folder = mkdtempSync(join(tmpdir(), 'haproxy-'));
    const port = await freePort();
    const statsPort = await freePort();
    const config = replaced(read('haproxy/nodes.cfg'), {
      '    bind :80\n': `    bind 127.0.0.1:${port}\n`,
      'inter 1s': 'inter 100ms',
      ...placesOfNodes(ports),
    });
    const file = join(folder, 'haproxy.cfg');
    writeFileSync(file, `${config}\n${statsAt(statsPort)}`);
    return ProxyProcess.#start('haproxy', ['-db', '-f', file], port, statsPort, folder);
  }

  /** deploy/caddy/Caddyfile, without TLS. @param prefixes as its comment has them */
  static caddy(
    behind: number,
    prefixes: Readonly<Partial<Record<'PATH_PREFIX' | 'STRIPPED_PREFIX', string>>>,
  ): Promise<ProxyProcess> {
    return ProxyProcess.#caddy('caddy/Caddyfile', { UPSTREAM: `127.0.0.1:${behind}`, ...prefixes });
  }

  /** deploy/caddy/nodes.Caddyfile, without TLS. @param ports of three nodes */
  static caddyOfNodes(ports: ThreePorts): Promise<ProxyProcess> {
    return ProxyProcess.#caddy('caddy/nodes.Caddyfile', { NODES: Object.values(placesOfNodes(ports)).join(' ') });
  }

  static async #caddy(name: string, variables: Readonly<Record<string, string>>): Promise<ProxyProcess> {
    const folder = mkdtempSync(join(tmpdir(), 'caddy-'));
    const port = await freePort();
    const { stdout } = spawnSync('caddy', ['version'], { encoding: 'utf8', env });
    const [, minor = 0] = (/^v?(\d+)\.(\d+)/.exec(stdout) ?? []).slice(1).map(Number);
    const site = replaced(read(name), minor < 7 ? { 'stream_close_delay 24h': '' } : {});
    const file = join(folder, 'Caddyfile');
    // Another Caddy may run here, and have the port of its administration.
    writeFileSync(file, `{\n\tadmin off\n}\n${site}`);
    const home = { HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder };
    const args = ['run', '--adapter', 'caddyfile', '--config', file];
    const given = { ...variables, ...home, SITE_NAME: `http://127.0.0.1:${port}` };
    return ProxyProcess.#start('caddy', args, port, port, folder, given);
  }

  static async #start(
    name: string,
    args: readonly string[],
    port: number,
    statsPort: number,
    folder: string,
    variables: Readonly<Record<string, string>> = {},
  ): Promise<ProxyProcess> {
    const child = spawn(name, args, { stdio: ['ignore', 'ignore', 'pipe'], env: { ...env, ...variables } });
    let log = '';
    child.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()));
    const proxy = new ProxyProcess(port, statsPort, child, folder);
    const answers = async (): Promise<boolean> => {
      if (child.exitCode !== null) throw new Error(`${name} does not start: ${log}`);
      // Any answer will do: nginx refuses plain HTTP with 400.
      return fetch(`http://127.0.0.1:${port}/`).then(
        () => true,
        () => false,
      );
    };
    await until(`${name} answers`, answers, 20_000);
    return proxy;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const exited = once(this.#child, 'exit');
      // They end their open connections at once on this one.
      this.#child.kill('SIGTERM');
      await exited;
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** By the addresses that the files have. */
function placesOfNodes(ports: ThreePorts): Record<string, string> {
  return Object.fromEntries(ports.map((port, index) => [`10.0.0.${index + 1}:8080`, `127.0.0.1:${port}`]));
}

function statsAt(port: number): string {
  return `frontend stats\n    bind 127.0.0.1:${port}\n    stats enable\n    stats uri /\n`;
}

/** Every key must be in the text: a file of deploy/ that changes must not make the test go past it. */
function replaced(text: string, replacements: Readonly<Record<string, string>>): string {
  return Object.entries(replacements).reduce((result, [from, to]) => {
    if (!result.includes(from)) throw new Error(`no ${from} in the file`);
    return result.replaceAll(from, to);
  }, text);
}
