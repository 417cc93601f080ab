import { io } from 'socket.io-client';
import type { ManagerOptions, Socket, SocketOptions } from 'socket.io-client';
import type { z } from 'zod';
import { patienceMs, until } from '../../support/until.js';
import { pushEnvelope, serverData } from './server-messages.js';

export type ConnectOptions = Partial<ManagerOptions & SocketOptions>;
type Event = 'easyrtcAuth' | 'easyrtcCmd' | 'easyrtcMsg';

type Said<Name extends keyof typeof serverData> = z.infer<(typeof serverData)[Name]>;
/** The members of `msgData` that tests read. A test fails if a member is missing. */
type Data = Partial<Said<'token'> & Said<'error'> & Said<'roomList'> & { readonly bytes: unknown }>;

/** A packet or an answer, as on the wire. */
export interface Wire {
  readonly event?: string;
  readonly msgType: string;
  readonly serverTime?: number;
  readonly easyrtcid?: string;
  readonly senderEasyrtcid?: string;
  readonly msgData?: Data;
  readonly [name: string]: unknown;
}

const signals: ReadonlySet<string> = new Set(['candidate', 'offer', 'answer', 'reject', 'hangup']);

/** Checks a message of the server against its schema. @throws ZodError */
function checkPush(event: string, packet: Wire): void {
  pushEnvelope.parse(packet);
  if (event === 'easyrtcMsg' || signals.has(packet.msgType)) return;
  if (!Object.hasOwn(serverData, packet.msgType)) throw new Error(`no client knows ${packet.msgType}`);
  checkData(packet);
}

function checkData({ msgType, msgData }: Wire): void {
  if (Object.hasOwn(serverData, msgType)) serverData[msgType as keyof typeof serverData].parse(msgData);
}

/** A real Socket.IO client that shows the messages on the wire. */
export class TestClient {
  readonly socket: Socket;
  /** Messages of the server that were not taken yet, in order. */
  readonly pushes: Wire[] = [];
  readonly closed: Promise<string>;
  id = '';
  token: Wire = { msgType: 'none' };

  private constructor(socket: Socket) {
    this.socket = socket;
    this.closed = new Promise((resolve) => socket.once('disconnect', resolve));
    for (const event of ['easyrtcCmd', 'easyrtcMsg']) {
      socket.on(event, (packet: Wire, answer: (reply: unknown) => void) => {
        checkPush(event, packet);
        this.pushes.push({ ...packet, event });
        answer({ msgType: 'ack' });
      });
    }
  }

  static async connect(url: string, options: ConnectOptions): Promise<TestClient> {
    const socket = io(url, { forceNew: true, reconnection: false, transports: ['websocket'], ...options });
    const client = new TestClient(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('connect_error', reject);
    });
    return client;
  }

  async ask(event: Event, message?: unknown): Promise<Wire> {
    const reply = (await this.socket.timeout(patienceMs).emitWithAck(event, message)) as Wire;
    checkData(reply);
    return reply;
  }

  command(msgType: unknown, msgData?: unknown, targetEasyrtcid?: unknown): Promise<Wire> {
    return this.ask('easyrtcCmd', {
      msgType,
      ...(msgData !== undefined && { msgData }),
      ...(targetEasyrtcid !== undefined && { targetEasyrtcid }),
    });
  }

  /** @returns the code of the answer if it is an error, otherwise its type */
  async refusal(event: Event, message?: unknown): Promise<string> {
    return codeOf(await this.ask(event, message));
  }

  async authenticate(msgData: object = {}): Promise<Wire> {
    const token = await this.ask('easyrtcAuth', {
      msgType: 'authenticate',
      msgData: { apiVersion: '1.1.1-beta', ...msgData },
    });
    if (token.msgType !== 'token') throw new Error(`refused: ${JSON.stringify(token)}`);
    this.token = token;
    this.id = String(token.msgData?.easyrtcid);
    return token;
  }

  /** Takes the first push that fits. Waits if there is none. */
  async take(fits: (push: Wire) => boolean): Promise<Wire> {
    let index = -1;
    await until(`a push that fits; there is ${JSON.stringify(this.pushes).slice(0, 1000)}`, () => {
      index = this.pushes.findIndex(fits);
      return index >= 0;
    });
    const [push] = this.pushes.splice(index, 1);
    if (!push) throw new Error('it was there');
    return push;
  }

  pushed(msgType: string): Promise<Wire> {
    return this.take((push) => push.msgType === msgType);
  }

  /** Resolves when all that the server had for this client has arrived. */
  async settle(): Promise<void> {
    await this.ask('easyrtcCmd', { msgType: 'getRoomList' });
  }

  cut(): void {
    this.socket.disconnect();
  }
}

export function codeOf(reply: Wire): string {
  return reply.msgType === 'error' ? String(reply.msgData?.errorCode) : reply.msgType;
}
