import { WebSocket } from 'ws';

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
  onFrame: (frame: Buffer) => void = () => undefined;
  readonly #socket: WebSocket;

  private constructor(socket: WebSocket, user: string, room: string) {
    this.#socket = socket;
    this.user = user;
    this.room = room;
    socket.on('message', (data: Buffer) => {
      this.onFrame(data);
    });
  }

  /** @param localAddress the address that it comes from. Default: that of this machine */
  static connect(url: string, user: string, room: string, localAddress = '127.0.0.1'): Promise<Member> {
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(url, { perMessageDeflate: false, localAddress });
      const member = new Member(socket, user, room);
      socket.once('open', () => {
        resolve(member);
      });
      socket.once('error', reject);
    });
  }

  join(): void {
    const { user, room } = this;
    this.send({ jsonrpc: '2.0', id: 1, method: 'joinRoom', params: { user, room } });
  }

  say(message: string): void {
    const { user, room } = this;
    // `room` is for the floor, which checks nothing; the others are what the protocol wants.
    const params = { message, userMessage: user, roomMessage: room, room };
    this.send({ jsonrpc: '2.0', id: 2, method: 'sendMessage', params });
  }

  leave(): void {
    this.send({ jsonrpc: '2.0', id: 3, method: 'leaveRoom', params: {} });
  }

  async close(): Promise<void> {
    const gone = new Promise((resolve) => this.#socket.once('close', resolve));
    this.#socket.close();
    await gone;
  }

  send(frame: unknown): void {
    this.#socket.send(JSON.stringify(frame));
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
export async function gather(url: string, count: number, roomSize: number, name: string, from = 0): Promise<Member[]> {
  const members: Member[] = [];
  while (members.length < count) {
    const first = from + members.length;
    const length = Math.min(connectingAtOnce, count - members.length);
    const connect = (_: unknown, offset: number): Promise<Member> => {
      const index = first + offset;
      const address = `127.0.1.${1 + (index % addresses)}`;
      return Member.connect(url, `user${index % roomSize}`, `${name}-${Math.floor(index / roomSize)}`, address);
    };
    members.push(...(await Promise.all(Array.from({ length }, connect))));
  }
  return members;
}

/** Connects a crowd and fills its rooms, some at a time. */
export async function settle(url: string, count: number, roomSize: number, name: string): Promise<Member[]> {
  const members: Member[] = [];
  while (members.length < count) {
    const length = Math.min(connectingAtOnce, count - members.length);
    const some = await gather(url, length, roomSize, name, members.length);
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
