import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import { TokenVerifier } from 'livekit-server-sdk';
import { AuthHook, both } from '../../access/index.js';
import type { AuthHookSettings } from '../../access/auth-hook.js';
import { RoomError, noGrants, roles } from '../../rooms/index.js';
import type { AccessAnswer, AccessRequest, Authorize } from '../../rooms/index.js';
import { until } from '../support/until.js';
import { key, keptLog, secret } from './given.js';
import type { Line } from './given.js';

const attributes = { displayName: 'Ana', dialect: 'easyrtc', hearsPrivateTexts: true };
const request: AccessRequest = {
  action: 'join',
  room: 'garden',
  opens: false,
  bearer: { grantsIn: () => noGrants, identity: 'ana', address: '192.0.2.7', credential: { card: 7 } },
  id: 'x1',
  attributes,
};

describe('a service that is asked', () => {
  let server: Server;
  let url = '';
  let answer: (response: ServerResponse) => void;
  let asked: { readonly body: string; readonly authorization: string }[] = [];
  let lines: Line[] = [];
  const hooks: AuthHook[] = [];

  before(async () => {
    server = createServer((incoming, response) => {
      void text(incoming).then((body) => {
        asked.push({ body, authorization: incoming.headers.authorization ?? '' });
        answer(response);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  });
  after(() => {
    server.close();
    server.closeAllConnections();
  });
  beforeEach(() => {
    asked = [];
    lines = [];
    says({ allow: true });
  });
  afterEach(() => {
    for (const hook of hooks.splice(0)) hook.close();
  });

  function says(content: object, status = 200): void {
    answer = (response) => {
      response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(content));
    };
  }

  function hookOf(settings: Partial<AuthHookSettings> = {}): AuthHook {
    const defaults: AuthHookSettings = {
      authHookUrl: url,
      authHookKey: key,
      authHookTimeoutMs: 3_000,
      authHookFailure: 'deny',
      authHookActions: ['join', 'open'],
      keys: new Map([[key, secret]]),
    };
    const hook = new AuthHook({ ...defaults, ...settings }, keptLog(lines), Date.now);
    hooks.push(hook);
    return hook;
  }

  async function answerTo(hook: AuthHook, more: Partial<AccessRequest> = {}): Promise<AccessAnswer | undefined> {
    return hook.authorize({ ...request, ...more });
  }

  async function refusalOf(hook: AuthHook, more: Partial<AccessRequest> = {}): Promise<RoomError> {
    try {
      await answerTo(hook, more);
    } catch (error) {
      if (error instanceof RoomError) return error;
    }
    throw new Error('it was not refused');
  }

  it('gets what is known of the client, signed as LiveKit signs webhooks', async () => {
    await answerTo(hookOf());
    const [{ body, authorization } = { body: '', authorization: '' }] = asked;
    expect(JSON.parse(body)).to.deep.equal({
      action: 'join',
      door: 'easyrtc',
      room: 'garden',
      address: '192.0.2.7',
      identity: 'ana',
      name: 'Ana',
      id: 'x1',
      credential: { card: 7 },
    });
    const { sha256 } = await new TokenVerifier(key, secret).verify(authorization);
    expect(sha256).to.equal(createHash('sha256').update(body).digest('base64'));
  });

  it('allows, and says more about the participant', async () => {
    says({
      allow: true,
      grants: 'SUBSCRIBER',
      identity: 'u7',
      name: ' Ana\u200b',
      metadata: '{}',
      attributes: { a: 'b' },
    });
    expect(await answerTo(hookOf())).to.deep.equal({
      grants: roles.SUBSCRIBER,
      identity: 'u7',
      name: 'Ana',
      metadata: '{}',
      tags: { a: 'b' },
    });
    says({ allow: true, grants: { canPublish: false, roomAdmin: true } });
    expect(await answerTo(hookOf())).to.deep.equal({ grants: { ...roles.SUBSCRIBER, roomAdmin: true } });
  });

  it('refuses, with a reason for the person', async () => {
    says({ allow: false, reason: `Not before nine${'!'.repeat(500)}` });
    const refused = await refusalOf(hookOf());
    expect(refused.code).to.equal('not-allowed');
    expect(refused.message)
      .to.match(/^Not before nine!+$/)
      .and.have.lengthOf(200);
    for (const status of [401, 403]) {
      says({ allow: true }, status);
      expect(await refusalOf(hookOf())).to.include({ code: 'not-allowed', retry: false });
    }
    expect(lines).to.deep.equal([]);
  });

  it('is asked about the actions that are named, and about opening a room where a join does', async () => {
    const actions = () => asked.map(({ body }) => (JSON.parse(body) as { action: string }).action).sort();
    const hook = hookOf();
    await answerTo(hook, { opens: true });
    expect(actions()).to.deep.equal(['join', 'open']);
    expect(hook.authorize({ ...request, action: 'publish' })).to.equal(undefined);
    asked = [];
    await answerTo(hookOf({ authHookActions: ['open', 'publish'] }), { action: 'publish' });
    expect(hookOf({ authHookActions: ['open'] }).authorize(request)).to.equal(undefined);
    expect(actions()).to.deep.equal(['publish']);
  });

  const tooLate = /does not answer within 100 ms/;
  const failures: readonly (readonly [string, (response: ServerResponse) => void, RegExp])[] = [
    ['does not answer in time', () => undefined, tooLate],
    ['begins its answer and does not end it', (response) => void response.writeHead(200).write('{'), tooLate],
    ['fails', (response) => void response.writeHead(500).end(), /answers 500/],
    ['closes the connection', (response) => void response.destroy(), /.+/],
    ['leads elsewhere', (response) => void response.writeHead(302, { Location: url }).end(), /redirect \(302\)/],
    [
      'answers too much',
      (response) => void response.writeHead(200).end(`{"allow":true,"x":"${'x'.repeat(17_000)}"}`),
      /longer than 16384 bytes/,
    ],
    ['answers no JSON', (response) => void response.writeHead(200).end('yes'), /something else/],
    ['answers something else', (response) => void response.writeHead(200).end('{"allow":"yes"}'), /something else/],
    [
      'gives a role that there is not',
      (response) => void response.writeHead(200).end('{"allow":true,"grants":"KING"}'),
      /something else/,
    ],
  ];
  for (const [what, fails, reason] of failures) {
    it(`that ${what} lets nobody in, unless the operator says so`, async () => {
      answer = fails;
      const authHookTimeoutMs = reason === tooLate ? 100 : 5_000;
      const refused = await refusalOf(hookOf({ authHookTimeoutMs }));
      expect(refused).to.include({ code: 'not-allowed', retry: true });
      expect(await answerTo(hookOf({ authHookTimeoutMs, authHookFailure: 'allow' }))).to.equal(undefined);
      expect(lines.map(({ level, message }) => `${level} ${message}`)).to.deep.equal(
        Array.from({ length: 2 }, () => 'warn the service at AUTH_HOOK_URL failed'),
      );
      for (const { fields } of lines) expect((fields as { reason: string }).reason).to.match(reason);
    });
  }

  it('is asked no more when 200 questions wait', async () => {
    const waiting: ServerResponse[] = [];
    answer = (response) => void waiting.push(response);
    const hook = hookOf({ authHookTimeoutMs: 20_000 });
    const all = Array.from({ length: 200 }, () => answerTo(hook));
    const refused = await refusalOf(hook);
    expect(refused).to.include({ code: 'room-refused', retry: true });
    await until('all are asked', () => waiting.length === 200);
    for (const response of waiting) response.end('{"allow":true}');
    await Promise.all(all);
    says({ allow: true });
    expect(await answerTo(hook)).to.deep.equal({});
  });
});

describe('two that are asked', () => {
  const says =
    (answer: AccessAnswer): Authorize =>
    () =>
      answer;
  const refuses: Authorize = () => {
    throw new RoomError('not-allowed', 'No');
  };

  it('both decide, and the stricter one counts', async () => {
    const audio = { ...roles.PUBLISHER, canPublishSources: ['microphone'] as const };
    const one = { grants: { ...roles.MODERATOR, canSubscribe: false }, name: 'A' };
    const other = { grants: audio, name: 'B', metadata: 'm' };
    const expected = { grants: { ...audio, canSubscribe: false }, name: 'A', metadata: 'm' };
    expect(both(says(one), says(other))(request)).to.deep.equal(expected);
    const later: Authorize = () => Promise.resolve(one);
    expect(await both(later, says(other))(request)).to.deep.equal(expected);
    expect(() => both(refuses, says(other))(request)).to.throw('No');
    expect(() => both(says(one), refuses)(request)).to.throw('No');
    expect(both(undefined, says(other))(request)).to.deep.equal(other);
    const camera = { grants: { ...audio, canPublishSources: ['camera'] as const } };
    expect(both(says(other), says(camera))(request)).to.have.nested.property('grants.canPublish', false);
    const hidden = { grants: { ...audio, hidden: true } };
    expect(both(says(other), says(hidden))(request)).to.have.nested.property('grants.hidden', true);
  });
});
