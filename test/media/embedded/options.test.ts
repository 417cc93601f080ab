import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { help, nearMisses, parseOptions, takeToken } from '../../../media/embedded/options.js';
import { ConfigError } from '../../../options/config-error.js';

describe('flags of the embedded engine', () => {
  it('have defaults', () => {
    expect(parseOptions([])).to.deep.equal({
      host: '127.0.0.1',
      port: 8888,
      allowedOrigins: [],
      maxConnections: 1000,
      udpPorts: { first: 40000, last: 49999 },
      bindAddress: undefined,
      announcedAddress: [],
      addressFamilies: ['ipv4', 'ipv6'],
      interfaces: [],
      gcPeriod: 240,
      recordingsDir: undefined,
      recordingsOverwrite: false,
      recordingKeyframeS: 10,
      speakerLevel: -35,
      outlive: 0,
      testLoss: 0,
      logLevel: 'info',
    });
  });

  it('are read', () => {
    const flags = ['--host=::1', '--port', '0', '--udp-ports', '50000-50100', '--bind-address', '192.0.2.1'];
    const more = ['--announced-address', '203.0.113.7, 2001:db8::7', '--gc-period', '0.5', '--log-level', 'debug'];
    const told = ['--address-families', 'ipv6', '--interfaces', 'eth0,192.0.2.1'];
    const clients = ['--allowed-origins', 'HTTPS://Pages.example:443/, *', '--max-connections', '5', '--outlive', '60'];
    const files = ['--recordings-overwrite', 'true', '--recording-keyframe-s', '2.5'];
    expect(parseOptions([...flags, ...more, ...told, ...clients, ...files])).to.deep.equal({
      host: '::1',
      port: 0,
      allowedOrigins: ['https://pages.example', '*'],
      maxConnections: 5,
      udpPorts: { first: 50000, last: 50100 },
      bindAddress: '192.0.2.1',
      announcedAddress: ['203.0.113.7', '2001:db8::7'],
      addressFamilies: ['ipv6'],
      interfaces: ['eth0', '192.0.2.1'],
      gcPeriod: 0.5,
      recordingsDir: undefined,
      recordingsOverwrite: true,
      recordingKeyframeS: 2.5,
      speakerLevel: -35,
      outlive: 60,
      testLoss: 0,
      logLevel: 'debug',
    });
  });

  it('are all explained by --help, with their defaults, after examples', () => {
    const text = help();
    for (const name of Object.keys(parseOptions([]))) {
      const flag = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
      expect(text).to.match(new RegExp(`^  --${flag} \\(.*default .+\\)\n      [A-Z].*\\.$`, 'm'));
    }
    expect(text).to.match(/^ {2}--udp-ports \(ports, default 40000-49999\)$/m);
    expect(text.indexOf('npm run media-server')).to.be.lessThan(text.indexOf('--udp-ports'));
    expect(text).to.include('MEDIA_SERVER_TOKEN_FILE').and.not.include('UDP_PORTS');
  });

  for (const [flags, message] of [
    [['--bogus', '1'], 'Unknown flag --bogus; --help lists all'],
    [['--prot', '1'], 'Unknown flag --prot, did you mean --port?; --help lists all'],
    [['extra'], 'Unknown flag extra; --help lists all'],
    [['--port'], '--port needs a value'],
    [
      ['--allowed-origins', 'pages.example'],
      '--allowed-origins must be pages as https://host[:port], or *, not "pages.example"',
    ],
    [['--port', '70000'], '--port must be a number from 0 to 65535, not "70000"'],
    [['--port', 'x'], '--port must be a number from 0 to 65535, not "x"'],
    [['--port', '0x50'], '--port must be a number from 0 to 65535, not "0x50"'],
    [['--max-connections', '1.5'], '--max-connections must be a whole number, 1 or more, not "1.5"'],
    [['--host', ''], '--host needs a value'],
    [['--udp-ports', '50000'], '--udp-ports must look like 40000-49999, not "50000"'],
    [['--udp-ports', '50000-50001'], '--udp-ports must hold at least 10 ports, not "50000-50001"'],
    [['--udp-ports', '50000-70000'], '--udp-ports must be ports from 1024 to 65535, not "50000-70000"'],
    [['--udp-ports', '1000-2000'], '--udp-ports must be ports from 1024 to 65535, not "1000-2000"'],
    [['--bind-address', 'localhost'], '--bind-address must be an IP address, not "localhost"'],
    [['--announced-address', '192.0.2.1,example.org'], '--announced-address must be an IP address, not "example.org"'],
    [['--address-families', 'ipv5'], '--address-families must be ipv4 or ipv6, not "ipv5"'],
    [['--interfaces', ''], '--interfaces needs a value'],
    [['--gc-period', '0'], '--gc-period must be a number of seconds above 0 and up to 86400, not "0"'],
    [['--test-loss', '2'], '--test-loss must be a number from 0 to 1, not "2"'],
    [['--log-level', 'loud'], '--log-level must be error, warn, info or debug, not "loud"'],
  ] as const) {
    it(`are refused as in ${flags.join(' ')}`, () => {
      expect(() => parseOptions(flags))
        .to.throw(ConfigError)
        .with.property('message', message);
    });
  }
});

describe('variables of the embedded engine', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'engine-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it('give the token, or the file that holds it, and the token does not stay there', () => {
    const file = join(folder, 'token');
    writeFileSync(file, 'word\n');
    const env = { MEDIA_SERVER_TOKEN: 'word', PATH: '/' };
    expect(takeToken(env, true)).to.equal('word');
    expect(env).to.deep.equal({ PATH: '/' });
    expect(takeToken({ MEDIA_SERVER_TOKEN_FILE: file }, true)).to.equal('word');
    expect(takeToken({ MEDIA_SERVER_TOKEN: '', MEDIA_SERVER_TOKEN_FILE: '' }, true)).to.equal(undefined);
  });

  it('are refused when both are given, or the file is none, unless a server has started the engine', () => {
    const both = { MEDIA_SERVER_TOKEN: 'word', MEDIA_SERVER_TOKEN_FILE: join(folder, 'none') };
    expect(() => takeToken({ ...both }, true)).to.throw(
      ConfigError,
      'MEDIA_SERVER_TOKEN, MEDIA_SERVER_TOKEN_FILE: both are given; name one of them',
    );
    expect(() => takeToken({ ...both, MEDIA_SERVER_TOKEN: '' }, true)).to.throw(
      ConfigError,
      /^MEDIA_SERVER_TOKEN_FILE: .* cannot be read/,
    );
    expect(takeToken(both, false)).to.equal('word');
  });

  it('are found when they are misspelt', () => {
    expect(nearMisses({ MEDIA_SERVER_TOKN: 'x', MEDIA_SERVER_TOKEN: 'x', MEDIA_RECORDINGS_DIR: 'x' })).to.deep.equal([
      { given: 'MEDIA_SERVER_TOKN', meant: 'MEDIA_SERVER_TOKEN' },
    ]);
  });
});
