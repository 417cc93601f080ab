import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { SignJWT, exportJWK, exportSPKI, generateKeyPair } from 'jose';
import { keySetFile } from '../../access/index.js';
import type { Access } from '../../access/index.js';
import { accessOf, bearerOf, key, outcomeOf, secret } from './given.js';
import type { Line } from './given.js';

const issuer = 'https://login.example';
type Pair = Awaited<ReturnType<typeof generateKeyPair>>;

interface Signer {
  readonly pair: Pair;
  readonly algorithm: string;
  readonly id: string;
}

async function signer(algorithm: 'ES256' | 'EdDSA' | 'RS256', id: string): Promise<Signer> {
  return { pair: await generateKeyPair(algorithm, { extractable: true }), algorithm, id };
}

async function publicKeyOf({ pair, algorithm, id }: Signer): Promise<object> {
  return { ...(await exportJWK(pair.publicKey)), kid: id, alg: algorithm, use: 'sig' };
}

function signedBy({ pair, algorithm, id }: Signer, claims: object = {}, now = Date.now()): Promise<string> {
  const all = {
    iss: issuer,
    sub: 'ana',
    exp: Math.floor(now / 1000) + 3_600,
    video: { room: 'garden', roomJoin: true },
  };
  return new SignJWT({ ...all, ...claims }).setProtectedHeader({ alg: algorithm, kid: id }).sign(pair.privateKey);
}

describe('tokens of public keys', () => {
  let server: Server;
  let url = '';
  let answer: () => { readonly status: number; readonly body: string; readonly location?: string };
  let asked = 0;
  let now = Date.now();
  let lines: Line[] = [];
  let old: Signer;
  let fresh: Signer;
  let access: Access;

  before(async () => {
    old = await signer('ES256', 'old');
    fresh = await signer('EdDSA', 'fresh');
  });
  beforeEach(async () => {
    asked = 0;
    now = Date.now();
    lines = [];
    server = createServer((_request, response) => {
      asked += 1;
      const { status, body, location } = answer();
      response.writeHead(status, { 'Content-Type': 'application/json', ...(location && { Location: location }) });
      response.end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`;
    access = accessOf({ jwksUrl: url, jwtIssuers: [issuer] }, () => now, lines);
  });
  afterEach(() => {
    access.close();
    server.close();
    server.closeAllConnections();
  });

  async function serve(...signers: readonly Signer[]): Promise<void> {
    const body = JSON.stringify({ keys: await Promise.all(signers.map(publicKeyOf)) });
    answer = () => ({ status: 200, body });
  }

  it('are taken with ES256, EdDSA and RS256, and the keys are fetched once', async () => {
    const third = await signer('RS256', 'third');
    await serve(old, fresh, third);
    for (const each of [old, fresh, third]) expect(await outcomeOf(access, await signedBy(each))).to.equal('in');
    expect((await bearerOf(access, await signedBy(old))).grantsIn('garden').roomJoin).to.equal(true);
    expect(asked).to.equal(1);
  });

  it('are taken when the keys have changed, which an unknown one shows, but not asked for by every token', async () => {
    await serve(old);
    await access.open();
    await serve(old, fresh);
    expect(await outcomeOf(access, await signedBy(fresh)), 'the set was fetched this moment').to.equal('token-invalid');
    now += 31_000;
    expect(await outcomeOf(access, await signedBy(fresh))).to.equal('in');
    expect(asked).to.equal(2);
    const stranger = await signer('ES256', 'stranger');
    for (let count = 0; count < 20; count += 1) await outcomeOf(access, await signedBy(stranger));
    expect(asked).to.equal(2);
  });

  it('of a key that was taken away are refused after ten minutes', async () => {
    await serve(old, fresh);
    expect(await outcomeOf(access, await signedBy(old))).to.equal('in');
    await serve(fresh);
    now += 601_000;
    expect(await outcomeOf(access, await signedBy(old))).to.equal('token-invalid');
  });

  it('are taken while the source of the keys is out of reach', async () => {
    await serve(old);
    await access.open();
    for (const gone of [
      { status: 500, body: '' },
      { status: 200, body: '<html>' },
      { status: 302, body: '', location: 'http://127.0.0.1:1/' },
      { status: 200, body: JSON.stringify({ keys: [], filler: 'x'.repeat(300_000) }) },
    ]) {
      answer = () => gone;
      now += 601_000;
      expect(await outcomeOf(access, await signedBy(old, {}, now))).to.equal('in');
    }
    server.close();
    server.closeAllConnections();
    now += 601_000;
    expect(await outcomeOf(access, await signedBy(old, {}, now))).to.equal('in');
    expect(lines.map(({ level, message }) => `${level} ${message}`)).to.deep.equal(
      Array.from({ length: 5 }, () => 'warn the public keys of tokens could not be fetched'),
    );
    const reasons = lines.map(({ fields }) => (fields as { reason: string }).reason);
    expect(reasons.slice(0, 4)).to.deep.equal([
      'it answers 500',
      'it answers with no key set',
      'it answers with a redirect (302)',
      'its answer is longer than 262144 bytes',
    ]);
  });

  it('are refused when their issuer is not named, and for another audience', async () => {
    await serve(old);
    expect(await outcomeOf(access, await signedBy(old, { iss: 'https://elsewhere.example' }))).to.equal(
      'token-invalid',
    );
    const strict = accessOf({ jwksUrl: url, jwtIssuers: [issuer], jwtAudience: ['rooms'] }, () => now, lines);
    expect(await outcomeOf(strict, await signedBy(old))).to.equal('token-invalid');
    expect(await outcomeOf(strict, await signedBy(old, { aud: 'mail' }))).to.equal('token-invalid');
    expect(await outcomeOf(strict, await signedBy(old, { aud: ['mail', 'rooms'] }))).to.equal('in');
    strict.close();
  });

  it('are refused when a secret signs for their issuer, or the public key is used as a secret', async () => {
    await serve(old);
    const asSecret = new TextEncoder().encode(await exportSPKI(old.pair.publicKey));
    const claims = { iss: issuer, sub: 'ana', exp: Math.floor(now / 1000) + 600 };
    for (const bytes of [asSecret, new TextEncoder().encode(secret)]) {
      const token = await new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid: 'old' }).sign(bytes);
      expect(await outcomeOf(access, token)).to.equal('token-invalid');
    }
    expect(
      await outcomeOf(access, await signedBy(old, { iss: key })),
      'a public key for an issuer with a secret',
    ).to.equal('token-invalid');
  });

  it('are taken from a file too', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'atrium-keys-'));
    try {
      const path = join(folder, 'keys.json');
      writeFileSync(path, JSON.stringify({ keys: [await publicKeyOf(fresh)] }));
      const fromFile = accessOf({ jwksFile: keySetFile(path), jwtIssuers: [issuer] });
      expect(await outcomeOf(fromFile, await signedBy(fresh))).to.equal('in');
      expect(await outcomeOf(fromFile, await signedBy(old))).to.equal('token-invalid');
      writeFileSync(path, 'no keys');
      expect(keySetFile(path)).to.equal(undefined);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
