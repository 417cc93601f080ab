import { io } from 'socket.io-client';
import type { Socket } from 'socket.io-client';
import { Countdown } from '../signalling/crowd.js';

interface Token {
  readonly msgType: string;
  readonly msgData: {
    readonly easyrtcid: string;
    readonly roomData: Readonly<Record<string, { readonly clientList: object }>>;
  };
}

interface News {
  readonly msgData?: {
    readonly roomData?: Readonly<
      Record<string, { readonly clientListDelta?: { readonly updateClient?: object } } | undefined>
    >;
  };
}

const room = 'bench';

/** One EasyRTC client of the load generator. */
export class Guest {
  readonly #socket: Socket;
  readonly #known = new Set<string>();
  id = '';
  onMessage: () => void = () => undefined;
  onMet: () => void = () => undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('easyrtcCmd', ({ msgData }: News, answer: (reply: object) => void) => {
      answer({ msgType: 'ack' });
      for (const id of Object.keys(msgData?.roomData?.[room]?.clientListDelta?.updateClient ?? {})) this.#meet(id);
    });
    socket.on('easyrtcMsg', (_message: unknown, answer: (reply: object) => void) => {
      answer({ msgType: 'ack' });
      this.onMessage();
    });
  }

  static async connect(url: string): Promise<Guest> {
    const socket = io(url, { forceNew: true, reconnection: false, transports: ['websocket'] });
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('connect_error', reject);
    });
    return new Guest(socket);
  }

  async enter(): Promise<void> {
    const msgData = { apiVersion: '1.1.1-beta', roomJoin: { [room]: { roomName: room } } };
    const token = (await this.#socket.emitWithAck('easyrtcAuth', { msgType: 'authenticate', msgData })) as Token;
    if (token.msgType !== 'token') throw new Error(`refused: ${JSON.stringify(token)}`);
    this.id = token.msgData.easyrtcid;
    for (const id of Object.keys(token.msgData.roomData[room]?.clientList ?? {})) this.#meet(id);
  }

  async say(to: string): Promise<void> {
    const message = { msgType: 'chat', msgData: 'What is said in a meeting is seldom long.', targetEasyrtcid: to };
    await this.#socket.emitWithAck('easyrtcMsg', message);
  }

  close(): void {
    this.#socket.disconnect();
  }

  #meet(id: string): void {
    if (id === this.id || this.#known.has(id)) return;
    this.#known.add(id);
    this.onMet();
  }
}

/** All members enter the room at the same moment. Resolves when each was told of all others. */
export async function storm(guests: readonly Guest[]): Promise<void> {
  const met = new Countdown(guests.length * (guests.length - 1));
  for (const guest of guests) guest.onMet = met.tick;
  await Promise.all(guests.map((guest) => guest.enter()));
  await met.done;
}

/** Each member sends so many messages to the next member, each after the acknowledgement of the last. Resolves when all have arrived. */
export async function chat(guests: readonly Guest[], textsEach: number): Promise<void> {
  const heard = new Countdown(guests.length * textsEach);
  for (const guest of guests) guest.onMessage = heard.tick;
  const talk = async (guest: Guest, index: number): Promise<void> => {
    const neighbour = guests[(index + 1) % guests.length]?.id ?? '';
    for (let count = 0; count < textsEach; count += 1) await guest.say(neighbour);
  };
  await Promise.all(guests.map(talk));
  await heard.done;
}
