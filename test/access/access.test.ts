import { expect } from 'chai';
import { administrator, isTokenShaped, tokenOfRequest } from '../../access/index.js';
import { noGrants, roles } from '../../rooms/index.js';
import { accessOf, bearerOf, outcomeOf, tokenOf } from './given.js';
import type { Line } from './given.js';

const door = 'test';
const video = { room: 'garden', roomJoin: true, canPublish: false };

describe('a client without a token', () => {
  it('is answered at once, with what the mode says', () => {
    const guests = { ...noGrants, roomJoin: true };
    const off = accessOf({ auth: 'off', guestGrants: guests }).identify({ door, address: '192.0.2.7' });
    expect(off).to.have.property('address', '192.0.2.7');
    expect('grantsIn' in off && off.grantsIn('garden')).to.deep.equal(roles.PUBLISHER);
    const optional = accessOf({ auth: 'optional', guestGrants: guests }).identify({ door, token: '' });
    expect('grantsIn' in optional && optional.grantsIn('garden')).to.deep.equal(guests);
  });

  it('is told that it needs one where one is required', () => {
    expect(() => accessOf().identify({ door }))
      .to.throw('A token is needed')
      .with.property('code', 'token-needed');
  });

  it('gets what the secret of its door gives', () => {
    const bearer = accessOf({ doorGrants: roles.SUBSCRIBER }).ofDoor({ door, address: '192.0.2.7' });
    expect(bearer.grantsIn('garden')).to.deep.equal(roles.SUBSCRIBER);
    expect(bearer.address).to.equal('192.0.2.7');
  });

  it('keeps what its door was given, for hooks', () => {
    expect(accessOf({ auth: 'off' }).identify({ door, credential: { card: 1 } })).to.deep.include({
      credential: { card: 1 },
    });
  });
});

describe('a client with a token', () => {
  it('may enter the room that its protocol calls so, where each protocol has rooms of its own', async () => {
    const apart = accessOf().withNames((key) => key.replace(/^test:/, ''));
    const bearer = await bearerOf(apart, await tokenOf({ video }));
    expect(bearer.grantsIn('test:garden').roomJoin).to.equal(true);
    expect(bearer.grantsIn('test:cellar').roomJoin).to.equal(false);
  });

  it('gets what the token says in every mode', async () => {
    for (const auth of ['off', 'optional', 'required'] as const) {
      const bearer = await bearerOf(accessOf({ auth }), await tokenOf({ video }));
      expect(bearer.identity, auth).to.equal('ana');
      expect(bearer.grantsIn('garden').canPublish, auth).to.equal(false);
    }
  });

  it('comes in without it where nothing is asked for, and the log says so', async () => {
    const lines: Line[] = [];
    const access = accessOf({ auth: 'off' }, Date.now, lines);
    const bearer = await bearerOf(access, await tokenOf({ video, exp: 1 }));
    expect(bearer.identity).to.equal(undefined);
    expect(bearer.grantsIn('garden')).to.deep.equal(roles.PUBLISHER);
    expect(lines.map(({ message }) => message)).to.deep.equal(['a token was refused']);
    const blind = accessOf({ auth: 'off', keys: new Map() });
    expect(await outcomeOf(blind, await tokenOf({ video }))).to.equal('in');
  });

  it('is refused where a token is optional and this one is bad', async () => {
    expect(await outcomeOf(accessOf({ auth: 'optional' }), await tokenOf({ video, exp: 1 }))).to.equal('token-expired');
    expect(await outcomeOf(accessOf({ auth: 'optional', keys: new Map() }), await tokenOf({ video }))).to.equal(
      'token-invalid',
    );
  });
});

describe('the administrator', () => {
  it('may do everything, in every room', () => {
    expect(administrator.grantsIn('garden')).to.include({ ...roles.MODERATOR, roomCreate: true, roomList: true });
  });
});

describe('the token of a request', () => {
  const headers = { authorization: 'Bearer header', 'sec-websocket-protocol': 'chat, access_token, protocol' };

  it('is in the query, the header or the subprotocols, in this order', () => {
    expect(tokenOfRequest({ url: '/room?a=1&access_token=query', headers })).to.equal('query');
    expect(tokenOfRequest({ url: '/room?access_token=', headers })).to.equal('header');
    expect(tokenOfRequest({ url: '/access_token=x', headers: { ...headers, authorization: 'Basic x' } })).to.equal(
      'protocol',
    );
    expect(tokenOfRequest({ url: '/room', headers: { 'sec-websocket-protocol': 'access_token' } })).to.equal(undefined);
    expect(tokenOfRequest({ headers: {} })).to.equal(undefined);
  });

  it('has a shape that passwords do not have', async () => {
    expect(isTokenShaped(await tokenOf({}))).to.equal(true);
    for (const text of ['', 'secret', 'a.b.c', '{"token":1}']) expect(isTokenShaped(text), text).to.equal(false);
  });
});
