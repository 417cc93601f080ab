import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { AccessToken } from 'livekit-server-sdk';
import { decodeJwt } from 'jose';
import { Access } from '../../access/index.js';
import type { ParentLog } from '../../log.js';
import { noGrants, roles } from '../../rooms/index.js';
import { ConfigError, configOf, readConfig, readWithFiles } from '../../src/config.js';
import type { GivenConfig } from '../../src/config.js';
import type { Hooks } from '../../src/dialects.js';
import { liveCopy, renew } from '../../src/live-config.js';
import { developmentBanner } from '../../src/development.js';
import { checkDoors } from '../../src/start-checks.js';
import { keptLog } from '../access/given.js';
import type { Line } from '../access/given.js';
import { ServiceStage } from '../support/service-stage.js';

function refusal(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return 'not refused';
}

describe('options of access', () => {
  const folder = mkdtempSync(join(tmpdir(), 'atrium-access-'));
  after(() => {
    rmSync(folder, { recursive: true });
  });

  function file(name: string, content: string): string {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  }

  it('reads keys as pairs, as a map of the file, and from a file of their own', () => {
    const [first, second] = ['x'.repeat(32), `${'y'.repeat(32)}:2`];
    const keys = new Map([
      ['one', first],
      ['two', second],
    ]);
    expect(readConfig([], { KEYS: `one: ${first}, two:${second}` }).keys).to.deep.equal(keys);
    expect(readConfig([], { KEYS_FILE: file('keys', `one: ${first}\ntwo: ${second}\n`) }).keys).to.deep.equal(keys);
    const yaml = file('atrium.yaml', `keys:\n  one: ${first}\n  two: "${second}"\n`);
    expect(readConfig(['--config', yaml], {}).keys).to.deep.equal(keys);
    expect(configOf({ keys: { one: first, two: second } }).keys).to.deep.equal(keys);
  });

  it('watches the file of public keys, and takes other keys of it', () => {
    const at = (kid: string) =>
      file('keys.json', JSON.stringify({ keys: [{ kty: 'OKP', crv: 'Ed25519', x: 'x', kid }] }));
    const read = () => readWithFiles(['--jwks-file', at('one'), '--jwt-issuers', 'login'], {});
    const before = read();
    expect(before.files).to.deep.equal([join(folder, 'keys.json')]);
    at('two');
    const live = liveCopy(before.config);
    const path = join(folder, 'keys.json');
    expect(renew(live, readConfig(['--jwks-file', path, '--jwt-issuers', 'login'], {})).taken).to.deep.equal([
      'JWKS_FILE',
    ]);
    file('keys.json', '{}');
    expect(refusal(() => readConfig(['--jwks-file', path, '--jwt-issuers', 'login'], {}))).to.include(
      '--jwks-file must name a file that holds a JSON Web Key Set',
    );
  });

  it('refuses keys that are none, without showing them', () => {
    for (const KEYS of ['one', 'one:', ': two', 'one: a b', `one: ${'x'.repeat(32)}, one: ${'y'.repeat(32)}`]) {
      expect(refusal(() => readConfig([], { KEYS }))).to.equal(
        'KEYS must be name: secret, several separated by commas',
      );
    }
  });

  it('refuses secrets that could be guessed', () => {
    const complaint = refusal(() => readConfig([], { KEYS: 'one: thirty-one-characters-are-not-ok'.slice(0, 36) }));
    expect(complaint)
      .to.match(/^KEYS: the secret of one has fewer than 32 characters/)
      .and.not.include('thirty-one');
  });

  it('reads grants as a role, as a list, or as both', () => {
    const of = (guestGrants: string) => configOf({ guestGrants }).guestGrants;
    expect(of('subscriber')).to.deep.equal(roles.SUBSCRIBER);
    expect(of('')).to.deep.equal(noGrants);
    expect(of('roomJoin, canSubscribe')).to.deep.equal(roles.SUBSCRIBER);
    expect(of('PUBLISHER,canPublishData=false,canPublishSources=microphone+screen_share')).to.deep.equal({
      ...roles.PUBLISHER,
      canPublishData: false,
      canPublishSources: ['microphone', 'screen_share'],
    });
    for (const wrong of ['KING', 'roomJoin=yes', 'canPublishSources=hologram', 'toString']) {
      expect(
        refusal(() => of(wrong)),
        wrong,
      ).to.include('must be a role');
    }
  });

  it('says which options do not go together', () => {
    const keys = { one: 'x'.repeat(32) };
    const cases: readonly (readonly [GivenConfig, string])[] = [
      [{ auth: 'required' }, 'AUTH=required'],
      [{ jwksUrl: 'https://login.example/keys' }, 'JWT_ISSUERS'],
      [{ jwksUrl: 'https://login.example/keys', jwtIssuers: ['one'], keys }, 'JWT_ISSUERS'],
      [{ authHookUrl: 'https://hook.example/', authHookKey: 'two', keys }, 'AUTH_HOOK_KEY'],
      [{ jwksUrl: 'http://login.example/keys' }, 'jwksUrl must be an https:// URL'],
      [{ jwksUrl: 'https://ana:word@login.example/keys' }, 'jwksUrl must be an https:// URL'],
      [{ jwksFile: '/no/such/file' }, 'jwksFile must name a file'],
    ];
    for (const [given, complaint] of cases) expect(refusal(() => configOf(given))).to.include(complaint);
    expect(refusal(() => configOf({ jwksUrl: 'http://127.0.0.1:1/keys', jwtIssuers: ['one'] }))).to.equal(
      'not refused',
    );
  });

  it('lets a developer use a known key, at this machine alone', () => {
    expect(readConfig(['--dev'], {})).to.deep.include({
      keys: new Map([['devkey', 'secret']]),
      host: '127.0.0.1',
      logLevel: 'debug',
    });
    expect(readConfig(['--dev', '--log-level', 'warn'], { HOST: '::1', KEYS: 'own: short' })).to.deep.include({
      keys: new Map([['own', 'short']]),
      host: '::1',
      logLevel: 'warn',
    });
    expect(refusal(() => readConfig(['--dev'], { HOST: '0.0.0.0' }))).to.match(/^--dev: HOST is 0\.0\.0\.0/);
    expect(readWithFiles(['--dev'], {}).isDev).to.equal(true);
  });

  it('greets a developer with a link that leads into a room as its moderator', async () => {
    const config = readConfig(['--dev'], {});
    const banner = await developmentBanner(config, 'http://127.0.0.1:8080/');
    const [, token = ''] =
      /^Join as a moderator: http:\/\/127\.0\.0\.1:8080\/\?room=garden#access_token=(\S+)$/m.exec(banner) ?? [];
    const bearer = await new Access(config, keptLog([])).identify({ door: 'test', token });
    expect(bearer.grantsIn('garden')).to.deep.equal(roles.MODERATOR);
    expect(decodeJwt(token)).to.include({ iss: 'devkey', sub: 'developer' });
  });
});

describe('doors that lead into the same rooms', () => {
  const all: GivenConfig = {
    concierge: { secret: 'a' },
    orchestrator: { password: 'b' },
    compeit: { tokenSecret: 'c' },
  };
  const check = (given: GivenConfig, hooks: Hooks = {}) =>
    refusal(() => {
      checkDoors(configOf(given), hooks);
    });

  it('are refused when one asks for a secret and another for nothing', () => {
    expect(check({ concierge: { secret: 'a' } })).to.equal(
      'BRIDGE: ERT Concierge asks its clients for a secret (CONCIERGE_SECRET), but Room protocol, EasyRTC, VR2Gather Orchestrator, COMPEIT, WHIP for nothing, and all meet in the same rooms. ' +
        'Set a secret there too (the hook authenticate, ORCHESTRATOR_PASSWORD, COMPEIT_TOKEN_SECRET, none for Room protocol, which takes tokens, none for WHIP, which takes tokens), or BRIDGE=false, or AUTH=required',
    );
    expect(check(all)).to.match(/but Room protocol, EasyRTC, WHIP for nothing/);
    expect(check({}, { easyrtc: { authenticate: () => true } })).to.match(/^BRIDGE: EasyRTC asks/);
  });

  it('are not when rooms are apart, tokens are required, or no door asks', () => {
    expect(check({ ...all, bridge: false })).to.equal('not refused');
    expect(check({ ...all, auth: 'required', keys: { one: 'x'.repeat(32) } })).to.equal('not refused');
    expect(check({})).to.equal('not refused');
  });
});

describe('a server that starts', () => {
  async function linesOf(given: GivenConfig): Promise<readonly string[]> {
    const lines: Line[] = [];
    const log: ParentLog = { ...keptLog(lines), child: () => log };
    const stage = new ServiceStage(given, { log });
    await stage.start();
    await stage.stop();
    return lines.map(({ level, message }) => `${level} ${message}`).filter((line) => /AUTH|without a token/.test(line));
  }

  it('says who may come in, where others reach it', async () => {
    const open =
      'warn everybody who reaches the server may come into every room (AUTH=off); AUTH=optional or required changes that';
    const keys = { one: 'x'.repeat(32) };
    expect(await linesOf({})).to.deep.equal([]);
    expect(await linesOf({ host: '' })).to.deep.equal([open]);
    expect(await linesOf({ auth: 'optional', keys })).to.deep.equal(['info clients without a token are guests']);
    expect(await linesOf({ auth: 'required', keys })).to.deep.equal(['info clients without a token are refused']);
  });

  it('takes other keys while it runs', async () => {
    const given: GivenConfig = { port: 0, host: '127.0.0.1', auth: 'required', keys: { one: 'x'.repeat(32) } };
    const accesses: Access[] = [];
    const spy = {
      name: 'spy',
      state: { connections: 0 },
      attach: ({ access }: { readonly access: Access }) => void accesses.push(access),
      close: () => undefined,
    };
    const stage = new ServiceStage(given, { dialects: [spy] });
    await stage.start();
    const token = async (key: string, by: string) => new AccessToken(key, by, { identity: 'ana' }).toJwt();
    const isIn = async (text: string): Promise<boolean> => {
      const [access] = accesses;
      return Promise.resolve(access?.identify({ door: 'spy', token: text })).then(
        () => true,
        () => false,
      );
    };
    const [old, fresh] = [await token('one', 'x'.repeat(32)), await token('two', 'y'.repeat(32))];
    expect([await isIn(old), await isIn(fresh)]).to.deep.equal([true, false]);
    const { taken } = await stage.service.reload(configOf({ ...given, keys: { two: 'y'.repeat(32) } }));
    expect(taken).to.deep.equal(['KEYS']);
    expect([await isIn(old), await isIn(fresh)]).to.deep.equal([false, true]);
    await stage.stop();
  });
});
