import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

describe('a server that cannot start', function () {
  this.timeout(60_000);

  for (const [why, env, line] of [
    [
      'too few UDP ports for its engines',
      { MEDIA_PROCESSES: '3', MEDIA_UDP_PORTS: '41200-41220' },
      /^mediaUdpPorts: 3 media processes need at least 30 ports$/,
    ],
    [
      'an engine that does not start',
      { MEDIA_UDP_PORTS: '500-600' },
      /^--udp-ports: .*\. The server does without its own media engine when KMS_URIS names a Kurento media server\.$/,
    ],
  ] as const) {
    it(`for ${why} says so in one line, and leaves no engine behind`, async () => {
      const child = spawn(process.execPath, ['--import', 'tsx', main], {
        env: { ...process.env, PORT: '0', LOG_LEVEL: 'error', KMS_URIS: '', ...env },
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      let stderr = '';
      child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
      // A remaining engine would keep the other end open.
      const [code] = (await once(child, 'close')) as [number];
      expect(code).to.equal(1);
      expect(stderr.trim()).to.match(line);
    });
  }
});
