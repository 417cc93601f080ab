import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { configOf, readConfig } from '../../src/config.js';
import type { GivenConfig } from '../../src/config.js';
import { checkHealth } from '../../src/health-check.js';
import { serve } from '../../src/serve.js';
import type { Service } from '../../src/service.js';
import type { Health } from '../../rest/health.js';
import { FakeMedia } from '../support/fake-media.js';
import { freePort } from '../../tools/free-port.js';
import { SilentServer } from '../support/silent-server.js';

const main = fileURLToPath(new URL('../../dist/src/main.js', import.meta.url));
const up: Health['mediaServers'] = [{ url: 'ws://kms', up: true, load: 0, filters: [] }];

describe('the health check', function () {
  this.timeout(120_000);
  const services: Service[] = [];
  const folder = mkdtempSync(join(tmpdir(), 'health-'));

  afterEach(async () => {
    await Promise.all(services.splice(0).map((service) => service.stop()));
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  /** Serves with a port that is free. @returns the configuration that is both the server's and the check's */
  async function start(given: GivenConfig = {}, mediaServers = up): Promise<GivenConfig> {
    const own = { port: await freePort(), logLevel: 'error', ...given } as const;
    services.push(await serve(configOf(own), new FakeMedia(), { mediaServers: () => mediaServers }));
    return own;
  }

  for (const [name, given] of Object.entries({
    'of another port': {},
    'at one address alone': { host: '127.0.0.2' },
    'at all addresses': { host: '0.0.0.0' },
    'over TLS': { tls: 'self-signed' },
    'below a prefix': { pathPrefix: '/meet' },
    'over TLS, at one address, below a prefix': { tls: 'self-signed', host: '127.0.0.2', pathPrefix: '/a/b' },
  } satisfies Record<string, GivenConfig>)) {
    it(`finds a server ${name}`, async () => {
      const { isHealthy, line } = await checkHealth(configOf(await start(given)));
      expect(line).to.match(/^healthy: https?:\/\/\S+\/healthz$/);
      expect(isHealthy).to.equal(true);
    });
  }

  it('asks at ADMIN_PORT too', async () => {
    const adminPort = await freePort();
    const config = configOf(await start({ adminPort }));
    const { line } = await checkHealth(config);
    expect(line).to.equal(`healthy: http://127.0.0.1:${config.port}/healthz, http://127.0.0.1:${adminPort}/healthz`);
    const { isHealthy } = await checkHealth({ ...config, adminPort: await freePort() });
    expect(isHealthy, 'nothing listens there').to.equal(false);
  });

  it('says that no media server is within reach', async () => {
    const config = configOf(await start({}, []));
    expect(await checkHealth(config)).to.deep.equal({
      isHealthy: false,
      isReachable: true,
      line: `unhealthy: http://127.0.0.1:${config.port}/healthz answers 503: no media server is within reach`,
    });
  });

  it('says that PORT=0 names no port', async () => {
    const { isHealthy, line } = await checkHealth(configOf({ port: 0 }));
    expect(line).to.contain('PORT=0');
    expect(isHealthy).to.equal(false);
  });

  it('as a command reads flags, variables and the YAML file, and prints one line', async () => {
    const { port } = await start({ pathPrefix: '/meet', host: '127.0.0.2' });
    const file = join(folder, 'atrium.yaml');
    writeFileSync(file, `pathPrefix: /meet\nhost: 127.0.0.2\nport: 1\n`);
    const url = (at: unknown) => `http://127.0.0.2:${String(at)}/meet/healthz`;
    const env = { ATRIUM_CONFIG: file };
    const [well, ill, wrong] = await Promise.all([
      health(['--port', String(port)], env),
      health([], env),
      health([], { PORT: 'abc' }),
    ]);
    expect(well).to.deep.equal({ code: 0, stdout: `healthy: ${url(port)}\n`, stderr: '' });
    expect(ill).to.deep.include({ code: 1, stderr: '' });
    expect(ill.stdout).to.match(/^unhealthy: http:\/\/127\.0\.0\.2:1\/meet\/healthz: [^\n]+\n$/);
    expect(wrong).to.deep.include({ code: 1, stdout: '' });
    expect(wrong.stderr).to.match(/^PORT[^\n]+\n$/);
    expect(readConfig([], env).pathPrefix, 'the file is the one the server reads').to.equal('/meet');
  });

  it('does not wait for ever', async () => {
    const silent = await SilentServer.start();
    const { line } = await checkHealth(configOf({ port: silent.port }), 100);
    silent.stop();
    expect(line).to.contain('does not answer within');
  });
});

/** Runs the command of the image. */
function health(flags: readonly string[], env: NodeJS.ProcessEnv) {
  return new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    const options = { env: { PATH: process.env.PATH, ...env } };
    execFile(process.execPath, [main, 'health', ...flags], options, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}
