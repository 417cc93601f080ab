import type { Member } from './crowd.js';

export interface Call {
  readonly method: string;
  readonly params: object;
}

/** What a back end has given for one join. */
export interface Ticket {
  readonly token: string;
  /** How the others will know the member. */
  readonly connectionId: string;
}

/** What members say. In all else the protocols are alike. */
export interface Protocol {
  /** Of its WebSocket. */
  readonly path: string;
  /** What a back end does before these join. */
  prepare(url: string, members: readonly Member[]): Promise<void>;
  join(member: Member): Call;
  say(member: Member, message: string): Call;
  /** What is in each frame that brings a text of the member, and in no other of the same conversation but those of the same name. */
  mark(member: Member): string;
}

export const roomProtocol: Protocol = {
  path: '/room',
  prepare: () => Promise.resolve(),
  join: ({ user, room }) => ({ method: 'joinRoom', params: { user, room } }),
  // `room` is for the floor, which checks nothing; the others are what the protocol wants.
  say: ({ user, room }, message) => ({
    method: 'sendMessage',
    params: { message, userMessage: user, roomMessage: room, room },
  }),
  mark: ({ user }) => `"user":"${user}"`,
};

export const openViduSecret = 'OF-THE-BENCH';
const authorization = `Basic ${Buffer.from(`OPENVIDUAPP:${openViduSecret}`).toString('base64')}`;
/** As a back end with a few workers. */
const requestsAtOnce = 20;

/** As openvidu-browser says it, with a back end over REST. */
export const openViduProtocol: Protocol = {
  path: '/openvidu',
  async prepare(url, members) {
    const rooms = [...new Set(members.map(({ room }) => room))];
    // 409: there is one already.
    await inTurns(rooms, (room) => ask(url, 'sessions', { customSessionId: room }));
    await inTurns(members, async (member) => {
      const answer = await ask(url, `sessions/${member.room}/connection`, { role: 'PUBLISHER' });
      member.ticket = (await answer.json()) as Ticket;
    });
  },
  join: ({ user, room, ticket }) => ({
    method: 'joinRoom',
    params: {
      ...{ token: ticket?.token, session: room, platform: 'Chrome 140.0.0.0 on Linux 64-bit', sdkVersion: '2.32.2' },
      ...{ metadata: JSON.stringify({ clientData: user }), secret: '', recorder: false, stt: false },
    },
  }),
  say: (_member, data) => ({
    method: 'sendMessage',
    params: { message: JSON.stringify({ to: [], data, type: 'signal:chat' }) },
  }),
  mark: ({ ticket }) => `"from":"${ticket?.connectionId ?? ''}"`,
};

async function ask(url: string, path: string, body: object): Promise<Response> {
  const address = new URL(`/openvidu/api/${path}`, url.replace(/^ws/, 'http'));
  const headers = { authorization, 'content-type': 'application/json' };
  const response = await fetch(address, { method: 'POST', headers, body: JSON.stringify(body) });
  if (!response.ok && response.status !== 409) throw new Error(`${path}: ${response.status}`);
  return response;
}

async function inTurns<T>(all: readonly T[], each: (one: T) => Promise<unknown>): Promise<void> {
  const left = [...all];
  const lane = async (): Promise<void> => {
    for (let one = left.shift(); one !== undefined; one = left.shift()) await each(one);
  };
  await Promise.all(Array.from({ length: requestsAtOnce }, lane));
}
