import { WebSocket } from 'ws';
import { roomProtocol } from './protocols.js';
import type { Call, Protocol, Ticket } from './protocols.js';

const patienceMs = 60_000;

/** Resolves when `tick` was called `count` times; rejects when that takes longer than a minute. */
export class Countdown {
  readonly done: Promise<void>;
  #left: number;
  #resolve: () => void = () => undefined;

  constructor(count: number) {
    this.#left = count;
    this.done = new Promise((resolve, reject) => {
      const giveUp = setTimeout(() => {
        reject(new Error(`${this.#left} of ${count} expected frames did not come`));
      }, patienceMs);
      this.#resolve = () => {
        clearTimeout(giveUp);
        resolve();
      };
    });
  }

  readonly tick = (): void => {
    this.#left -= 1;
    if (this.#left === 0) this.#resolve();
  };
}

/** One client of the load generator. It sends prepared texts and counts frames without parsing them. */
export class Member {
  readonly user: string;
  readonly room: string;
  /** For the next join, where a back end gives one. */
  ticket: Ticket | undefined;
  onFrame: (frame: Buffer) => void = () => undefined;
  readonly #socket: WebSocket;
  readonly #protocol: Protocol;

  private constructor(socket: WebSocket, user: string, room: string, protocol: Protocol) {
    this.#socket = socket;
    this.user = user;
    this.room = room;
    this.#protocol = protocol;
    socket.on('message', (data: Buffer) => {
      this.onFrame(data);
    });
  }

  /** @param localAddress the address that it comes from. Default: that of this machine */
  static connect(
    url: string,
    user: string,
    room: string,
    { localAddress = '127.0.0.1', protocol = roomProtocol }: { localAddress?: string; protocol?: Protocol } = {},
  ): Promise<Member> {
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(new URL(protocol.path, url), { perMessageDeflate: false, localAddress });
      const member = new Member(socket, user, room, protocol);
      socket.once('open', () => {
        resolve(member);
      });
      socket.once('error', reject);
    });
  }

  join(): void {
    this.#call(1, this.#protocol.join(this));
  }

  say(message: string): void {
    this.#call(2, this.#protocol.say(this, message));
  }

  leave(): void {
    this.#call(3, { method: 'leaveRoom', params: {} });
  }

  /** What is in each frame that brings a text of this member. */
  get mark(): string {
    return this.#protocol.mark(this);
  }

  async close(): Promise<void> {
    const gone = new Promise((resolve) => this.#socket.once('close', resolve));
    this.#socket.close();
    await gone;
  }

  send(frame: unknown): void {
    this.#socket.send(JSON.stringify(frame));
  }

  #call(id: number, { method, params }: Call): void {
    this.send({ jsonrpc: '2.0', id, method, params });
  }
}

/** From how many addresses a crowd comes, since the server limits what one address may have. */
const addresses = 250;
/** How many clients connect at the same moment, which is a multiple of the size of any room: more would overrun the queue of the listening socket. */
const connectingAtOnce = 200;

/**
 * Connects a crowd that can fill rooms of one size, called `name-0` and so on. The names are the same in each room. Nobody joins yet.
 * @param from how many members there are already
 */
export async function gather(
  url: string,
  count: number,
  roomSize: number,
  name: string,
  { from = 0, protocol = roomProtocol }: { from?: number; protocol?: Protocol } = {},
): Promise<Member[]> {
  const members: Member[] = [];
  while (members.length < count) {
    const first = from + members.length;
    const length = Math.min(connectingAtOnce, count - members.length);
    const connect = (_: unknown, offset: number): Promise<Member> => {
      const index = first + offset;
      const localAddress = `127.0.1.${1 + (index % addresses)}`;
      const room = `${name}-${Math.floor(index / roomSize)}`;
      return Member.connect(url, `user${index % roomSize}`, room, { localAddress, protocol });
    };
    members.push(...(await Promise.all(Array.from({ length }, connect))));
  }
  return members;
}

/** Connects a crowd and fills its rooms, some at a time. */
export async function settle(
  url: string,
  count: number,
  roomSize: number,
  name: string,
  protocol = roomProtocol,
): Promise<Member[]> {
  const members: Member[] = [];
  while (members.length < count) {
    const length = Math.min(connectingAtOnce, count - members.length);
    const some = await gather(url, length, roomSize, name, { from: members.length, protocol });
    await protocol.prepare(url, some);
    await joinAll(some, roomSize);
    members.push(...some);
  }
  return members;
}

export async function closeAll(members: readonly Member[]): Promise<void> {
  await Promise.all(members.map((member) => member.close()));
}

/** All members join at the same moment. Resolves when each was told of all others. */
export function joinAll(members: readonly Member[], roomSize: number): Promise<void> {
  return together(members, roomSize, (member) => {
    member.join();
  });
}

/** All members leave at the same moment. Resolves when each was told of all that left before. */
export function leaveAll(members: readonly Member[], roomSize: number): Promise<void> {
  return together(members, roomSize, (member) => {
    member.leave();
  });
}

/**
 * The k-th member to join a room is told of k - 1 others in the answer, and of the rest one by one. When members leave it is the
 * other way round. In both cases there is one answer for each member and one notification for each pair.
 */
async function together(members: readonly Member[], roomSize: number, act: (member: Member) => void): Promise<void> {
  const heard = new Countdown(members.length + (members.length * (roomSize - 1)) / 2);
  for (const member of members) member.onFrame = heard.tick;
  for (const member of members) act(member);
  await heard.done;
}
