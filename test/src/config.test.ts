import { expect } from 'chai';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError, configOf, describeOptions, options, readConfig, variableOf } from '../../src/config.js';

describe('configuration', () => {
  const folder = mkdtempSync(join(tmpdir(), 'atrium-config-'));
  after(() => {
    rmSync(folder, { recursive: true });
  });

  function file(content: string): string {
    const path = join(folder, 'atrium.yaml');
    writeFileSync(path, content);
    return path;
  }

  function refusal(args: readonly string[], env: NodeJS.ProcessEnv = {}): string {
    try {
      readConfig(args, env);
    } catch (error) {
      if (error instanceof ConfigError) return error.message;
      throw error;
    }
    return 'not refused';
  }

  it('has a default for every option', () => {
    expect(readConfig([], {})).to.deep.equal(configOf());
    expect(configOf()).to.include({ port: 8080, host: '', logLevel: 'info' });
    expect(configOf().kmsUris).to.deep.equal([]);
  });

  it('takes a flag before a variable, a variable before the file, the file before the default', () => {
    const path = file('port: 1\nhost: from-file\nlogLevel: warn\n');
    const env = { ATRIUM_CONFIG: path, PORT: '2', HOST: 'from-variable' };
    const config = readConfig(['--port', '3'], env);
    expect(config).to.include({ port: 3, host: 'from-variable', logLevel: 'warn', logFormat: 'text' });
  });

  it('reads lists from the file and, separated by commas, from variables and flags', () => {
    const path = file('kmsUris:\n  - ws://a:8888/kurento\n');
    expect(readConfig(['--config', path], {}).kmsUris).to.deep.equal(['ws://a:8888/kurento']);
    expect(readConfig(['--kms-uris=ws://b/k, ws://c/k'], {}).kmsUris).to.deep.equal(['ws://b/k', 'ws://c/k']);
    expect(readConfig([], { KMS_URIS: 'ws://d/k' }).kmsUris).to.deep.equal(['ws://d/k']);
  });

  it('takes an empty variable for none', () => {
    expect(readConfig([], { PORT: '', KMS_URIS: '' })).to.deep.equal(configOf());
  });

  it('refuses unknown keys and flags, and says which', () => {
    expect(refusal(['--prot', '1'])).to.include('--prot');
    expect(refusal(['--config', file('prot: 1\n')])).to.include('"prot"');
    expect(refusal(['--port'])).to.include('--port needs a value');
  });

  it('refuses values that do not fit, and says where they were given', () => {
    expect(refusal([], { PORT: 'many' })).to.include('PORT');
    expect(refusal(['--port', '70000'])).to.include('--port');
    expect(refusal(['--kms-uris', 'http://kms'])).to.include('--kms-uris');
    expect(refusal(['--log-level', 'loud'])).to.include('--log-level');
    expect(refusal(['--path-prefix', 'no-slash'])).to.include('--path-prefix');
    expect(refusal(['--loopback-remote', 'yes'])).to.include('--loopback-remote');
    expect(refusal([], { CLOSE_ENDPOINT: 'on' })).to.include('CLOSE_ENDPOINT');
    expect(refusal(['--media-udp-ports', '50000-40000'])).to.include('--media-udp-ports');
    expect(refusal(['--media-announced-addresses', '192.0.2.1,example.org'])).to.include('must be an IP address');
    expect(refusal(['--media-bind-address', 'localhost'])).to.include('--media-bind-address');
    expect(refusal(['--media-interfaces', 'eth 0'])).to.include('--media-interfaces');
    expect(refusal(['--media-address-families', 'ipv5'])).to.include('--media-address-families');
    expect(refusal(['--media-processes', '0'])).to.include('--media-processes');
    for (const url of ['http://turn', 'stun:user:secret@host', 'turn:u:p@', 'turn:%zz:p@host'])
      expect(refusal(['--ice-servers', url]), url).to.include('--ice-servers');
    expect(refusal(['--media-stun-server', 'host'])).to.include('--media-stun-server');
    expect(refusal(['--media-turn-url', 'host:3478'])).to.include('--media-turn-url');
    expect(refusal(['--media-external-ipv4', 'example.org'])).to.include('--media-external-ipv4');
    expect(refusal(['--publisher-max-video-kbps', '-1'])).to.include('--publisher-max-video-kbps');
  });

  it('reads truth and numbers from text, and never repeats a secret that does not fit', () => {
    const config = readConfig(['--loopback-remote', 'true', '--threshold-speaker=-42.5'], {
      LOOPBACK_AND_LOCAL: 'false',
    });
    expect(config).to.include({ loopbackRemote: true, loopbackAndLocal: false, thresholdSpeaker: -42.5 });
    expect(configOf().adminToken).to.equal('');
    const complaint = refusal([], { ADMIN_TOKEN: 'not a bearer token' });
    expect(complaint).to.include('ADMIN_TOKEN').and.to.not.include('not a bearer token');
  });

  it('refuses a file that is missing or holds no options', () => {
    expect(refusal(['--config', join(folder, 'missing.yaml')])).to.include('missing.yaml');
    expect(refusal(['--config', file('- port\n')])).to.include('must hold options');
    expect(refusal(['--config', file('port: [\n')])).to.include('cannot be read');
  });

  it('describes every option with its flag, its variable and its default', () => {
    const text = describeOptions();
    for (const [name, { meaning }] of Object.entries(options))
      expect(text).to.include(variableOf(name)).and.to.include(meaning);
    expect(variableOf('kmsUris')).to.equal('KMS_URIS');
  });
});
