import { createHmac, generateKeyPairSync } from 'node:crypto';
import { expect } from 'chai';
import { SignJWT } from 'jose';
import { AccessToken } from 'livekit-server-sdk';
import { roles } from '../../rooms/index.js';
import { accessOf, bearerOf, key, outcomeOf, secret, tokenOf } from './given.js';
import type { Line } from './given.js';

const bytes = new TextEncoder().encode(secret);

/** A token made by hand, with the header and the signature that a forger likes. */
function forged(header: object, claims: object, signature: (signed: string) => string): string {
  const encoded = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  return `${encoded}.${signature(encoded)}`;
}

function hmac(signed: string, by: string): string {
  return createHmac('sha256', by).update(signed).digest('base64url');
}

const claims = (): Record<string, unknown> => ({
  iss: key,
  sub: 'ana',
  exp: Math.floor(Date.now() / 1000) + 600,
  video: { room: 'garden', roomJoin: true },
});

describe('tokens of keys', () => {
  it('are those of livekit-server-sdk', async () => {
    const made = new AccessToken(key, secret, {
      identity: 'ana',
      name: 'Ana',
      metadata: '{"a":1}',
      attributes: { color: 'red' },
      ttl: '10m',
    });
    made.addGrant({ roomJoin: true, room: 'garden', canPublish: true, canPublishData: false, roomAdmin: true });
    const bearer = await bearerOf(accessOf(), await made.toJwt());
    expect(bearer).to.include({ identity: 'ana', name: 'Ana', metadata: '{"a":1}' });
    expect(bearer.tags).to.deep.equal({ color: 'red' });
    expect(bearer.validFrom).to.be.closeTo(Date.now() / 1000, 60);
    expect(bearer.grantsIn('garden')).to.deep.equal({
      ...roles.SUBSCRIBER,
      canPublish: true,
      roomAdmin: true,
    });
    expect(bearer.grantsIn('yard').roomJoin).to.equal(false);
  });

  it('are taken with each of several keys, as while a key is exchanged for another', async () => {
    const other = 'another secret of more than thirty-two characters';
    const access = accessOf({
      keys: new Map([
        [key, secret],
        ['next', other],
      ]),
    });
    expect(await outcomeOf(access, await tokenOf({}))).to.equal('in');
    expect(await outcomeOf(access, await tokenOf({ iss: 'next' }, { secret: other }))).to.equal('in');
    expect(await outcomeOf(access, await tokenOf({ iss: 'next' }))).to.equal('token-invalid');
  });

  for (const [what, seconds, outcome] of [
    ['has expired for 50 s', { exp: -50 }, 'in'],
    ['has expired for 70 s', { exp: -70 }, 'token-expired'],
    ['is valid in 50 s', { nbf: 50 }, 'in'],
    ['is valid in 70 s', { nbf: 70 }, 'token-expired'],
  ] as const) {
    it(`${what}: ${outcome}`, async () => {
      const now = Date.now();
      const second = Math.floor(now / 1000);
      const times = Object.fromEntries(Object.entries(seconds).map(([claim, by]) => [claim, second + by]));
      expect(
        await outcomeOf(
          accessOf({}, () => now),
          await tokenOf(times),
        ),
      ).to.equal(outcome);
    });
  }

  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const forgeries: readonly (readonly [string, () => string | Promise<string>])[] = [
    ['the algorithm none', () => forged({ alg: 'none' }, claims(), () => '')],
    ['the algorithm none with a signature', () => forged({ alg: 'none' }, claims(), (signed) => hmac(signed, secret))],
    ['an unknown issuer', () => tokenOf({ ...claims(), iss: 'stranger' })],
    ['an issuer that every object has', () => tokenOf({ ...claims(), iss: '__proto__' })],
    ['no issuer', () => tokenOf({ ...claims(), iss: undefined })],
    ['a wrong signature', () => tokenOf(claims(), { secret: 'some other secret of thirty-two characters' })],
    ['a public key for a secret', () => forged({ alg: 'HS256' }, claims(), (signed) => hmac(signed, pem))],
    ['another kind of algorithm', () => forged({ alg: 'RS256' }, claims(), (signed) => hmac(signed, secret))],
    [
      'another length of the algorithm',
      async () => new SignJWT(claims()).setProtectedHeader({ alg: 'HS512' }).sign(bytes),
    ],
    [
      'a path as the key',
      () => forged({ alg: 'HS256', kid: '../../dev/null' }, claims(), (signed) => hmac(signed, '')),
    ],
    ['crit', () => forged({ alg: 'HS256', crit: ['x'], x: 1 }, claims(), (signed) => hmac(signed, secret))],
    [
      'crit that libraries know',
      () => forged({ alg: 'HS256', crit: ['b64'], b64: true }, claims(), (signed) => hmac(signed, secret)),
    ],
    ['b64', () => forged({ alg: 'HS256', b64: true }, claims(), (signed) => hmac(signed, secret))],
    ['no exp', () => tokenOf({ ...claims(), exp: undefined })],
    [
      'an exp that is no number',
      () => forged({ alg: 'HS256' }, { ...claims(), exp: '9999999999' }, (signed) => hmac(signed, secret)),
    ],
    ['9 kB', () => tokenOf({ ...claims(), filler: 'x'.repeat(9_000) })],
    ['one dot too many', async () => `${await tokenOf(claims())}.x`],
    ['one dot too few', async () => (await tokenOf(claims())).replace(/\.[^.]*$/, '')],
    ['no JSON', () => 'eyJ.x.y'],
    ['an identity that nobody sees', () => tokenOf({ ...claims(), sub: 'an\u200ba' })],
    ['an identity of 257 characters', () => tokenOf({ ...claims(), sub: 'a'.repeat(257) })],
    ['a role that there is not', () => tokenOf({ ...claims(), role: 'KING' })],
    ['grants that are texts', () => tokenOf({ ...claims(), video: { room: 'garden', roomJoin: 'true' } })],
  ];

  for (const [what, make] of forgeries) {
    it(`with ${what}: refused like all bad ones`, async () => {
      const lines: Line[] = [];
      const token = await make();
      const access = accessOf({ auth: 'optional' }, Date.now, lines);
      const refused = await bearerOf(access, token).then(
        () => undefined,
        (error: unknown) => error as Error,
      );
      expect(refused).to.include({ code: 'token-invalid', message: 'The token is not valid here' });
      // The log has the reason, and no token.
      expect(lines.map(({ message }) => message)).to.deep.equal(['a token was refused']);
      expect(lines[0]?.fields).to.have.property('reason').that.is.a('string').and.is.not.empty;
      expect(JSON.stringify(lines)).to.not.include(token.slice(0, 40));
    });
  }
});
