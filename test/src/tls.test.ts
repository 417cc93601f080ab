import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { expect } from 'chai';
import { WebSocket } from 'ws';
import { ConfigError, configOf } from '../../src/config.js';
import { startServer } from '../../src/server.js';
import type { RunningServer } from '../../src/server.js';
import { tlsIdentity } from '../../src/tls.js';
import { SmallDisk } from '../support/small-disk.js';

/** A client that trusts the given certificate. */
async function get(url: string, ca: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(url, { ca }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on('error', reject)
      .end();
  });
}

describe('TLS', function () {
  this.timeout(60_000);
  const folder = mkdtempSync(join(tmpdir(), 'atrium-tls-'));
  const files = { tlsCert: join(folder, 'cert.pem'), tlsKey: join(folder, 'key.pem') };
  let server: RunningServer | undefined;

  after(async () => {
    await server?.stop();
    rmSync(folder, { recursive: true });
  });

  it('makes a certificate for this machine, logs its fingerprint, and serves pages and WebSockets with it', async () => {
    server = await startServer(
      configOf({ port: 0, logLevel: 'error', kmsUris: ['ws://127.0.0.1:1/kurento'], tls: 'self-signed', ...files }),
    );
    expect(server.url).to.match(/^https:\/\/localhost:\d+\/$/);
    const cert = readFileSync(files.tlsCert, 'utf8');
    const certificate = new X509Certificate(cert);
    expect(certificate.fingerprint256).to.equal(server.fingerprint);
    expect(certificate.checkHost('localhost')).to.equal('localhost');
    expect(certificate.checkIP('127.0.0.1')).to.equal('127.0.0.1');
    for (const url of server.elsewhere) {
      const address = new URL(url).hostname.replace(/^\[(.*)\]$/, '$1');
      expect(certificate.checkIP(address), address).to.be.a('string');
    }
    expect(statSync(files.tlsKey).mode & 0o077, 'the key is for nobody else').to.equal(0);
    expect(await get(`${server.url}getAllRooms`, cert)).to.equal(200);
    const socket = new WebSocket(`${server.url.replace('https', 'wss')}room`, { ca: cert });
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    socket.terminate();
    const { port } = new URL(server.url);
    const refused = connect({ port: Number(port), host: '127.0.0.1', ca: cert, maxVersion: 'TLSv1.1' });
    await new Promise((resolve) => refused.once('error', resolve));
  });

  it('keeps the certificate in the configured files, so that clients need not trust a new one after a restart', async () => {
    const again = await tlsIdentity(configOf({ tls: 'self-signed', ...files }));
    expect(again?.fingerprint).to.equal(server?.fingerprint);
    expect(await tlsIdentity(configOf(files)), 'as files that were given').to.deep.include({ fingerprint: undefined });
  });

  it('refuses files without a certificate, with one line', async () => {
    for (const options of [{ tlsCert: files.tlsCert }, { tlsCert: files.tlsKey, tlsKey: files.tlsCert }]) {
      const error: unknown = await tlsIdentity(configOf(options)).catch((thrown: unknown) => thrown);
      expect(error).to.be.instanceOf(ConfigError);
    }
  });

  // A real file system: the key has space on it, the certificate has not.
  it('keeps neither of its two files on a disk that is full, so that the next start is not refused', async function () {
    const disk = SmallDisk.mount(4096);
    if (!disk) {
      this.skip();
      return;
    }
    try {
      const full = { tlsCert: join(disk.path, 'cert.pem'), tlsKey: join(disk.path, 'key.pem') };
      const error: unknown = await tlsIdentity(configOf({ tls: 'self-signed', ...full })).catch(
        (thrown: unknown) => thrown,
      );
      expect(error).to.be.instanceOf(ConfigError);
      expect(String(error)).to.match(/TLS_CERT, TLS_KEY: .*cert\.pem.*ENOSPC.*name files that the server can write$/);
      expect(readdirSync(disk.path)).to.deep.equal([]);
    } finally {
      disk.unmount();
    }
  });

  it('changes nothing if only one of its two files exists, because that may be a key in use', async () => {
    const only = join(folder, 'only.pem');
    writeFileSync(only, 'precious');
    const missing = join(folder, 'missing.pem');
    for (const options of [
      { tlsCert: missing, tlsKey: only },
      { tlsCert: only, tlsKey: missing },
    ]) {
      const error: unknown = await tlsIdentity(configOf({ tls: 'self-signed', ...options })).catch(
        (thrown: unknown) => thrown,
      );
      expect(error).to.be.instanceOf(ConfigError);
      expect(readFileSync(only, 'utf8')).to.equal('precious');
    }
  });
});
