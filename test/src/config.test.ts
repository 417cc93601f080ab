import { expect } from 'chai';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError, configOf, nearMisses, readConfig, readWithFiles } from '../../src/config.js';
import { expected } from '../../options/expected.js';
import { helpAskedFor } from '../../options/help.js';
import { groupNames, help } from '../../src/help.js';
import { optionList } from '../../src/option-list.js';

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

  it('prefers a flag to a variable, a variable to the file, and the file to the default', () => {
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
    expect(readConfig([], { KMS_URIS: 'ws://d/k#eu-1,wss://e/k' }).kmsUris).to.deep.equal([
      'ws://d/k#eu-1',
      'wss://e/k',
    ]);
  });

  it('ignores an empty variable', () => {
    expect(readConfig([], { PORT: '', KMS_URIS: '' })).to.deep.equal(configOf());
  });

  it('refuses unknown keys and flags, and names them', () => {
    expect(refusal(['--prot', '1'])).to.include('--prot');
    expect(refusal(['--config', file('prot: 1\n')])).to.include('"prot"');
    expect(refusal(['--port'])).to.include('--port needs a value');
  });

  it('refuses invalid values, and says where they were given', () => {
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

  it('reads booleans and numbers from text, and never prints an invalid secret', () => {
    const config = readConfig(['--loopback-remote', 'true', '--threshold-speaker=-42.5'], {
      LOOPBACK_AND_LOCAL: 'false',
    });
    expect(config).to.include({ loopbackRemote: true, loopbackAndLocal: false, thresholdSpeaker: -42.5 });
    expect(configOf().adminToken).to.equal('');
    const complaint = refusal([], { ADMIN_TOKEN: 'not a bearer token' });
    expect(complaint).to.include('ADMIN_TOKEN').and.to.not.include('not a bearer token');
  });

  it('has a variable, a flag and a key for every option, and its former names', () => {
    const names = optionList.flatMap(({ name, formerly }) => (formerly ? [name, formerly.name] : [name]));
    expect(new Set(names).size).to.equal(names.length);
    expect(optionList.map(({ group }) => group)).to.not.include.members(names);
  });

  it('accepts the options of a protocol under their whole names or in an object, and none twice', () => {
    const flat = file('easyrtcMaxRooms: 3\nsessionGraceMs: 5\n');
    expect(readConfig(['--config', flat], {})).to.deep.equal(
      configOf({ easyrtc: { maxRooms: 3 }, kurentoRoom: { sessionGraceMs: 5 } }),
    );
    const nested = file('easyrtc:\n  maxRooms: 3\nkurentoRoom:\n  sessionGraceMs: 5\n');
    expect(readConfig(['--config', nested], { EASYRTC_MAX_ROOMS: '4' })).to.deep.equal(
      configOf({ easyrtc: { maxRooms: 4 }, kurentoRoom: { sessionGraceMs: 5 } }),
    );
    expect(readConfig(['--easyrtc-max-rooms', '5', '--config', nested], {}).easyrtc.maxRooms).to.equal(5);
    expect(refusal(['--config', file('easyrtc:\n  maxRoom: 3\n')])).to.include('unknown option "easyrtc.maxRoom"');
    expect(refusal(['--config', file('easyrtc: 3\n')])).to.include('unknown option "easyrtc"');
    expect(refusal(['--config', file('easyrtc:\n  maxRooms: 3\neasyrtcMaxRooms: 3\n')])).to.include('given twice');
    expect(refusal(['--config', file('easyrtc:\n  maxRooms: many\n')])).to.include('atrium.yaml: easyrtcMaxRooms');
  });

  it('accepts an option under its former name', () => {
    const compeit = { streamLostAfterMs: 7 };
    expect(readConfig([], { COMPEIT_MEDIA_LOST_AFTER_MS: '7' })).to.deep.equal(configOf({ compeit }));
    expect(readConfig(['--compeit-media-lost-after-ms=7'], {})).to.deep.equal(configOf({ compeit }));
    expect(readConfig(['--config', file('compeitMediaLostAfterMs: 7\n')], {})).to.deep.equal(configOf({ compeit }));
    const both = { COMPEIT_MEDIA_LOST_AFTER_MS: '7', COMPEIT_STREAM_LOST_AFTER_MS: '8' };
    expect(readConfig([], both).compeit.streamLostAfterMs, 'the new name counts').to.equal(8);
    expect(readConfig(['--compeit-media-lost-after-ms', '9'], both).compeit.streamLostAfterMs, 'a flag').to.equal(9);
    const told: string[] = [];
    const path = file('compeitMediaLostAfterMs: 7\n');
    readConfig(['--compeit-media-lost-after-ms', '9', '--config', path], both, (given, present) =>
      told.push(`${given} ${present}`),
    );
    readConfig([], { COMPEIT_MEDIA_LOST_AFTER_MS: '7' }, (given, present) => told.push(`${given} ${present}`));
    expect(told).to.deep.equal([
      'compeitMediaLostAfterMs compeitStreamLostAfterMs',
      '--compeit-media-lost-after-ms --compeit-stream-lost-after-ms',
      'COMPEIT_MEDIA_LOST_AFTER_MS COMPEIT_STREAM_LOST_AFTER_MS',
    ]);
    expect(refusal([], { COMPEIT_MEDIA_LOST_AFTER_MS: 'x' })).to.include('COMPEIT_MEDIA_LOST_AFTER_MS');
  });

  it('gives parsed values, not the given text', () => {
    const config = readConfig([], {
      MEDIA_UDP_PORTS: '50000-50999',
      MEDIA_STUN_SERVER: '192.0.2.1:3478',
      ICE_SERVERS: 'stun:a:1,turn:ana%40home:s%3Acret@b:2',
      ROOM_CREATORS: 'ana|berta',
      HAT_PLACEMENT: '-1,0,2,3.5',
      MARKER_IMAGES: '3=a.png,5=http://b/c=d.png',
      CONCIERGE_GROUPS: 'chat=Chat Channel,plain',
      EASYRTC_ROOM_PATTERN: '^[a-z]+$',
      EASYRTC_ROOM_FIELDS: '{"colour":"red"}',
    });
    expect(config.mediaUdpPorts).to.deep.equal({ first: 50_000, last: 50_999 });
    expect(config.mediaStunServer).to.deep.equal({ address: '192.0.2.1', port: 3478 });
    expect(configOf().mediaStunServer).to.equal(undefined);
    expect(config.iceServers).to.deep.equal([
      { urls: ['stun:a:1'] },
      { urls: ['turn:b:2'], username: 'ana@home', credential: 's:cret' },
    ]);
    expect(['ANA', 'ana2', 'xberta'].map((name) => config.roomCreators.test(name))).to.deep.equal([true, false, false]);
    expect(config.kurentoRoom.hatPlacement).to.deep.equal({ offsetX: -1, offsetY: 0, width: 2, height: 3.5 });
    expect(config.kurentoRoom.markerImages).to.deep.equal([
      { index: 3, image: 'a.png' },
      { index: 5, image: 'http://b/c=d.png' },
    ]);
    expect(config.concierge.groups).to.deep.equal([
      { name: 'chat', nickname: 'Chat Channel' },
      { name: 'plain', nickname: null },
    ]);
    expect(config.easyrtc.roomPattern.test('GARDEN')).to.equal(true);
    expect(config.easyrtc.roomFields).to.deep.equal({ colour: 'red' });
  });

  it('refuses text that cannot be parsed, and says what is expected', () => {
    for (const [variable, text, expected] of [
      ['PORT', 'abc', 'PORT must be a number from 0 to 65535, not "abc"'],
      ['PORT', ' ', 'PORT must be a number from 0 to 65535, not " "'],
      ['PORT', '70000', 'PORT must be a number from 0 to 65535, not "70000"'],
      ['PORT', '1.5', 'PORT must be a whole number from 0 to 65535, not "1.5"'],
      ['PORT', '0x50', 'PORT must be a number from 0 to 65535, not "0x50"'],
      ['MAX_CONNECTIONS', '-1', 'MAX_CONNECTIONS must be a number, 0 or more, not "-1"'],
      ['SESSION_GRACE_MS', '0', 'SESSION_GRACE_MS must be a number of ms from 1 to 86400000, not "0"'],
      ['PING_MS', '30s', 'PING_MS must be a number of ms from 1 to 86400000, not "30s"'],
      ['THRESHOLD_SPEAKER', '1', 'THRESHOLD_SPEAKER must be a number of dB from -200 to 0, not "1"'],
      ['BRIDGE', 'yes', 'BRIDGE must be true or false, not "yes"'],
      ['LOG_LEVEL', 'loud', 'LOG_LEVEL must be error, warn, info or debug, not "loud"'],
      ['TLS', 'on', 'TLS must be off or self-signed, not "on"'],
      ['MEDIA_ADDRESS_FAMILIES', 'ipv4,ipv5', 'MEDIA_ADDRESS_FAMILIES must be ipv4 or ipv6, not "ipv5"'],
      ['MEDIA_ANNOUNCED_ADDRESSES', '192.0.2.1,a.b', 'MEDIA_ANNOUNCED_ADDRESSES must be an IP address, not "a.b"'],
      ['MEDIA_EXTERNAL_IPV4', '::1', 'MEDIA_EXTERNAL_IPV4 must be'],
      ['KMS_URIS', 'http://ana:word@kms', 'KMS_URIS must be ws:// or wss:// URLs'],
      ['APP_URL', 'ftp://x', 'APP_URL must be an http:// or https:// URL without user and password'],
      ['ALLOWED_ORIGINS', '*.a.example', 'ALLOWED_ORIGINS: "*.a.example" can match no page'],
      ['ORCHESTRATOR_SFU', '{"dash":1}', 'ORCHESTRATOR_SFU: dash must be an object'],
      ['ORCHESTRATOR_SFU', '{"x":{}}', 'ORCHESTRATOR_SFU'],
      ['ROOM_CREATORS', 'a)|(b', 'must be a regular expression'],
      ['EASYRTC_ID_PATTERN', '[', 'must be a regular expression'],
      ['HAT_PLACEMENT', '1,2,3', 'must be four numbers'],
      ['HAT_PLACEMENT', '1,2,3,x', 'HAT_PLACEMENT must be a number, not "x"'],
      ['MARKER_IMAGES', 'x.png', 'must be index=image'],
      ['CONCIERGE_GROUPS', '=x', 'must be name or name=nickname'],
      ['CONCIERGE_FILES_PATH', 'fs', 'must start with a slash'],
      ['EASYRTC_ROOM_FIELDS', 'red', 'must be an object of names and values'],
      ['MEDIA_STUN_SERVER', 'a:b', 'must be address:port'],
      ['TURN_URLS', 'turn:ana:secret@turn.example:3478', 'without user and password'],
      ['TURN_URLS', 'stun:stun.example', 'must be turn:host:port'],
      ['TURN_URLS', 'turn://turn.example', 'must be turn:host:port'],
      ['TURN_URLS', 'turn:turn.example:70000', 'must be turn:host:port'],
      ['TURN_URLS', 'turn:turn.example?transport=tls', 'must be turn:host:port'],
      ['ICE_SERVERS', 'turn:u:p@turn.example:3478:1', 'must be stun:host:port or turn:user:password@host:port'],
      ['ICE_SERVERS', 'stun:stun.example?transport=udp', 'must be stun:host:port or turn:user:password@host:port'],
      ['TURN_TTL_S', '59', 'from 60 to 604800'],
      ['EASYRTC_TURN_SECONDS', '59', 'must be 0, or 60 and more'],
    ] as const) {
      const complaint = refusal([], { [variable]: text });
      expect(complaint, `${variable}=${text}`).to.include(variable).and.to.include(expected);
      expect(complaint.split('\n')).to.have.lengthOf(1);
      expect(complaint, 'no text of a library').to.not.match(/Invalid|expected|Too (small|big)|ana:/);
    }
  });

  it('asks for the secret of TURN servers, and takes the former name of their time', () => {
    const turnUrls = ['turn:turn.example:3478', 'turns:[2001:db8::7]:443?transport=tcp', 'turn:192.0.2.7'];
    expect(refusal([], { TURN_URLS: turnUrls.join(',') })).to.match(/^TURN_URLS: needs TURN_SECRET/);
    expect(configOf({ turnUrls, turnSecret: 'north' })).to.deep.include({ turnUrls, turnTtlS: 86_400 });
    const former: string[] = [];
    const config = readConfig([], { TURN_SECONDS: '600' }, (given, present) => former.push(`${given} ${present}`));
    expect([config.turnTtlS, former]).to.deep.equal([600, ['TURN_SECONDS TURN_TTL_S']]);
  });

  it('says where a wrong value was given: variable, flag, or key of a file', () => {
    const complaint = 'must be a number from 0 to 65535, not';
    expect(refusal(['--port', 'abc'])).to.equal(`--port ${complaint} "abc"`);
    expect(refusal(['--config', file('port: true\n')])).to.match(/atrium\.yaml: port must be a number .*, not true$/);
    expect(refusal(['--config', file('port:\n')])).to.match(/atrium\.yaml: port must be a number .*, not null$/);
    expect(refusal(['--config', file('host: 5\n')])).to.match(/atrium\.yaml: host must be text, not 5$/);
    expect(refusal(['--config', file('allowedOrigins: 5\n')])).to.match(/allowedOrigins must be a list, not 5$/);
  });

  it('has no text of a library in any complaint, whatever is given for any option', () => {
    for (const { option, variable } of optionList) {
      for (const value of ['', ' ', 'x', '-1', '1e99', '[]', '{}', 5, true, null, [], [{}], {}]) {
        const { success, error } = option.schema.safeParse(value, { error: expected });
        if (success) continue;
        for (const { message } of error.issues) {
          expect(message, `${variable}=${JSON.stringify(value)}`).to.match(/^must |can match no page/);
        }
      }
    }
  });

  it('suggests a name that is near to an unknown one', () => {
    expect(refusal(['--prot', '1'])).to.include('did you mean --port?');
    expect(refusal(['--config', file('kmsUri: [ws://a/k]\n')])).to.include('did you mean kmsUris?');
    const env = {
      KMS_URI: 'ws://a/k',
      MEDIA_ANOUNCED_ADDRESSES: '192.0.2.1',
      PROT: '1',
      // Variables of other programs, near to HOST, TLS and PORT.
      HOME: '/',
      HOSTNAME: 'a',
      TMP: '/',
      PWD: '/',
      PATH: '/',
      SHELL: '/bin/sh',
      LOGNAME: 'ana',
      PORT: '1',
    };
    expect(nearMisses(env)).to.deep.equal([
      { given: 'KMS_URI', meant: 'KMS_URIS' },
      { given: 'MEDIA_ANOUNCED_ADDRESSES', meant: 'MEDIA_ANNOUNCED_ADDRESSES' },
      { given: 'PROT', meant: 'PORT' },
    ]);
  });

  it('reads each secret from a file too', () => {
    const secret = join(folder, 'secret');
    writeFileSync(secret, 'word\n');
    const secrets = optionList.filter(({ option }) => option.secret);
    expect(secrets.map(({ variable }) => variable)).to.include.members([
      'ADMIN_TOKEN',
      'CONCIERGE_SECRET',
      'COMPEIT_TOKEN_SECRET',
      'EASYRTC_TURN_SECRET',
      'ORCHESTRATOR_PASSWORD',
      'ICE_SERVERS',
      'KMS_URIS',
      'MEDIA_TURN_URL',
    ]);
    expect(readConfig([], { ADMIN_TOKEN_FILE: secret }).adminToken).to.equal('word');
    expect(readConfig(['--admin-token-file', secret], { ADMIN_TOKEN: 'x' }).adminToken, 'a flag counts').to.equal(
      'word',
    );
    expect(readConfig(['--config', file(`adminTokenFile: ${secret}\n`)], {}).adminToken).to.equal('word');
    const nested = file(`concierge:\n  secretFile: ${secret}\n`);
    expect(readConfig(['--config', nested], {}).concierge.secret).to.equal('word');
    expect(readWithFiles(['--config', nested], {}).files).to.deep.equal([nested, secret]);
    expect(refusal([], { ADMIN_TOKEN_FILE: secret, ADMIN_TOKEN: 'x' })).to.include('name one of them');
    expect(refusal([], { ADMIN_TOKEN_FILE: join(folder, 'none') })).to.match(/^ADMIN_TOKEN_FILE: .*ENOENT/);
    writeFileSync(secret, '\n');
    expect(refusal([], { ADMIN_TOKEN_FILE: secret })).to.match(/^ADMIN_TOKEN_FILE: .* is empty/);
    writeFileSync(secret, 'not a token');
    expect(refusal([], { ADMIN_TOKEN_FILE: secret }))
      .to.match(/^ADMIN_TOKEN_FILE must be/)
      .and.not.include('not a token');
  });

  it('accepts a flag whose value begins with a dash, and each flag in both forms', () => {
    expect(readConfig(['--threshold-speaker', '-60'], {}).thresholdSpeaker).to.equal(-60);
    expect(readConfig(['--hat-placement', '-1,0,1,1'], {}).kurentoRoom.hatPlacement.offsetX).to.equal(-1);
    expect(refusal(['start'])).to.include('Unknown flag start');
    expect(refusal(['-p', '1'])).to.include('Unknown flag -p');
    expect(refusal(['--no-tls'])).to.include('Unknown flag --no-tls');
  });

  it('refuses an unknown name from a program that embeds the server', () => {
    // @ts-expect-error: the compiler refuses it too.
    expect(() => configOf({ prot: 1 })).to.throw(ConfigError, 'options: unknown option "prot"');
    // @ts-expect-error: and one in a group.
    expect(() => configOf({ easyrtc: { maxRoom: 1 } })).to.throw(ConfigError, 'unknown option "easyrtc.maxRoom"');
    // @ts-expect-error: and a value of another type.
    expect(() => configOf({ kmsUris: [1] })).to.throw(ConfigError, 'options: kmsUris');
  });

  it('refuses a file that is missing or holds no options', () => {
    expect(refusal(['--config', join(folder, 'missing.yaml')])).to.include('missing.yaml');
    expect(refusal(['--config', file('- port\n')])).to.include('must hold options');
    expect(refusal(['--config', file('port: [\n')])).to.include('cannot be read');
  });

  it('describes every option with its flag, its variable and its default, in groups, with examples first', () => {
    const text = `${help() ?? ''}\n`;
    for (const { flag, variable, option } of optionList) {
      expect(text).to.include(`  ${flag} (${variable}, ${option.unit}, default `);
      expect(text).to.include(`)\n      ${option.meaning}\n`);
    }
    expect(text).to.include('--kms-uris (KMS_URIS, URLs, default none)');
    expect(text).to.include('--media-udp-ports (MEDIA_UDP_PORTS, UDP ports, default 40000-49999)');
    expect(text).to.include('--media-address-families (MEDIA_ADDRESS_FAMILIES, families, default ipv4,ipv6)');
    expect(text).to.include('--easyrtc-room-fields (EASYRTC_ROOM_FIELDS, JSON, default {})');
    expect(text).to.include('--session-grace-ms (SESSION_GRACE_MS, ms, default 10000)');
    expect(text).to.include('Or a file that holds it: --admin-token-file (ADMIN_TOKEN_FILE)');
    expect(text).to.match(/^Atrium \d+\.\d+\.\d+: .*\n\nExamples:\n {2}npm start /);
    expect(text.indexOf('Examples:')).to.be.below(text.indexOf('Server:'));
    for (const group of groupNames) expect(help(group), group).to.be.a('string');
    expect(help('media')).to.include('--kms-uris').and.not.include('--port (');
    expect(help('nothing')).to.equal(undefined);
  });

  it('finds out whether help is asked for, and for what', () => {
    expect(helpAskedFor(['--port', '1'])).to.equal(undefined);
    expect(helpAskedFor(['-h'])).to.deep.equal({ group: undefined });
    expect(helpAskedFor(['--help', 'media'])).to.deep.equal({ group: 'media' });
    expect(helpAskedFor(['--help', '--port', '1'])).to.deep.equal({ group: undefined });
  });
});
