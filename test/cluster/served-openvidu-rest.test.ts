import { expect } from 'chai';
import type { GivenConfig } from '../../src/config.js';
import { adminToken } from '../support/administrator.js';
import { until } from '../support/until.js';
import { useClusterStage } from './served-node.js';

const secret = 'MY_SECRET';
const authorization = `Basic ${Buffer.from(`OPENVIDUAPP:${secret}`).toString('base64')}`;

interface Reply {
  readonly status: number;
  readonly text: string;
  readonly json: Record<string, unknown>;
}

async function ask(
  server: { readonly url: string },
  method: string,
  path: string,
  body?: object,
  login = authorization,
): Promise<Reply> {
  const response = await fetch(new URL(`/openvidu/api${path}`, server.url), {
    ...{ method, body: body === undefined ? null : JSON.stringify(body) },
    headers: { authorization: login },
  });
  const text = await response.text();
  return { status: response.status, text, json: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>) };
}

/** What differs from one session to the other. */
function plain({ status, text }: Reply, session: string, server: { readonly url: string }): string {
  const same = text
    .replaceAll(new URL(server.url).host, 'HOST')
    .replaceAll(session, 'SESSION')
    .replace(/(con|tok)_[A-Za-z0-9]+/g, '$1')
    .replace(/"(createdAt|timestamp)":\d+/g, '"$1":0');
  return `${status} ${same}`;
}

const steps: readonly (readonly [
  method: string,
  path: (session: string, connection: string) => string,
  body?: (session: string) => object,
])[] = [
  ['POST', () => '/sessions', (customSessionId) => ({ customSessionId })],
  ['GET', (session) => `/sessions/${session}`],
  ['POST', (session) => `/sessions/${session}/connection`, () => ({ data: 'd' })],
  ['POST', (session) => `/sessions/${session}/connection`, () => ({ role: 'BOSS' })],
  ['GET', (session) => `/sessions/${session}/connection`],
  ['GET', (session, connection) => `/sessions/${session}/connection/${connection}`],
  ['PATCH', (session, connection) => `/sessions/${session}/connection/${connection}`, () => ({ role: 'MODERATOR' })],
  ['DELETE', (session, connection) => `/sessions/${session}/connection/${connection}`],
  ['DELETE', (session) => `/sessions/${session}/connection/con_X`],
  ['DELETE', (session) => `/sessions/${session}/stream/str_X`],
  ['POST', () => '/tokens', (session) => ({ session })],
  ['POST', () => '/signal', (session) => ({ session })],
  ['POST', () => '/recordings/start', (session) => ({ session })],
  ['GET', (session) => `/recordings/${session}~1`],
  ['PUT', (session) => `/sessions/${session}`],
  ['DELETE', (session) => `/sessions/${session}`],
  ['GET', (session) => `/sessions/${session}`],
];

describe('REST of OpenVidu at several nodes', function () {
  this.timeout(60_000);
  const stage = useClusterStage();
  const node = (given: GivenConfig = {}) => stage.node({ adminToken, openvidu: { secret }, ...given });

  it('answers what is about a session as the node does that owns its room', async () => {
    const [owner, other] = await Promise.all([node(), node()]);
    const answers: string[][] = [];
    for (const [session, through] of [
      ['sessionA', owner],
      ['sessionB', other],
    ] as const) {
      const told: string[] = [];
      let connection = '';
      for (const [index, [method, path, body]] of steps.entries()) {
        // The owner makes it.
        const reply = await ask(index === 0 ? owner : through, method, path(session, connection), body?.(session));
        if (index === 2) connection = String(reply.json.id);
        told.push(plain(reply, session, index === 0 ? owner : through));
      }
      answers.push(told);
    }
    expect(answers[1]).to.deep.equal(answers[0]);
    expect(answers[0]?.map((text) => text.slice(0, 3)).join(' ')).to.equal(
      '200 200 200 400 200 200 200 204 404 404 200 406 501 501 405 204 404',
    );
  });

  it('makes a session once, and lists those of all nodes', async () => {
    const [one, two] = await Promise.all([node(), node()]);
    const both = await Promise.all(
      [one, two].map((each) => ask(each, 'POST', '/sessions', { customSessionId: 'same' })),
    );
    expect(both.map(({ status }) => status).sort()).to.deep.equal([200, 409]);
    await ask(one, 'POST', '/sessions', { customSessionId: 'ofOne' });
    await ask(two, 'POST', '/sessions', { customSessionId: 'ofTwo' });
    for (const each of [one, two]) {
      await until('all are listed', async () => {
        const { json } = await ask(each, 'GET', '/sessions');
        const ids = (json.content as { id: string }[]).map(({ id }) => id);
        return JSON.stringify(ids.sort()) === JSON.stringify(['ofOne', 'ofTwo', 'same']);
      });
    }
    expect((await ask(two, 'GET', '/sessions/ofOne', undefined, 'Basic eDp5')).status).to.equal(401);
  });

  it('goes on with a session, and its tokens, when its node is dead', async () => {
    const first = await stage.nodeProcess(0, { OPENVIDU_SECRET: secret, ADMIN_TOKEN: adminToken });
    await ask(first, 'POST', '/sessions', { customSessionId: 'A' });
    const made = await ask(first, 'POST', '/sessions/A/connection', { data: 'd' });
    const second = await node();
    await stage.known([first, second]);
    await first.end('SIGKILL');
    await until('the other node has it', async () => {
      const { status } = await ask(second, 'GET', '/sessions/A');
      return status === 200;
    });
    const { json } = await ask(second, 'GET', `/sessions/A/connection/${String(made.json.id)}`);
    const tokenOf = (address: unknown): string | null => new URL(String(address)).searchParams.get('token');
    expect(tokenOf(json.token)).to.equal(tokenOf(made.json.token));
    expect(json).to.include({ serverData: 'd', status: 'pending', createdAt: made.json.createdAt });
  });
});
