import type { Socket } from 'socket.io';
import { chargeTold } from '../gate/account.js';
import type { Account } from '../gate/account.js';
import { callerOf } from '../gate/caller.js';
import type { DoorFigures, Visitor } from '../door-figures.js';
import { WriteTurn } from '../write-turn.js';
import type { EngineConnection, EnginePacket } from './engine.js';
import { bytesOf, engineOf } from './engine.js';
import { visitOf } from './visits.js';
import { writeOncePerTurn } from './write-once.js';

export interface SocketIoClientOptions {
  readonly figures: DoorFigures;
  /** Bytes that may wait for the client. */
  readonly maxWaitingBytes: number;
  /** Packets that may wait for the client; any number unless given. */
  readonly maxWaitingPackets?: number;
  /**
   * More waits for the client than may. Called once, after the turn in which that happened: the sender may be in the middle of telling a
   * whole room. Nothing is sent from then on. Without it the owner asks `isBehind` and decides each time.
   */
  readonly onOverrun?: () => void;
  /** Bytes of one packet that the client sends; any number unless given. */
  readonly maxPacketBytes?: number;
  /** The client sent a longer packet. Called before the packet is handled. */
  readonly onTooLong?: () => void;
}

const turn = new WriteTurn();

/**
 * The way to one client of socket.io: sends what is due in one write a turn, and measures what waits. What happens to a client that
 * reads too slowly is its owner's choice.
 */
export class SocketIoClient implements Visitor {
  readonly socket: Socket;
  readonly address: string;
  readonly #options: SocketIoClientOptions;
  readonly #engine: EngineConnection;
  /** What stands between the type of a packet and its number: nothing in the default namespace. */
  readonly #namespace: string;
  /** What Engine.IO holds and has not handed to the transport. */
  #bufferedBytes = 0;
  #bufferedPackets = 0;
  #open = true;
  #sendsBytes = false;
  #nextNumber = 0;

  constructor(socket: Socket, options: SocketIoClientOptions) {
    this.socket = socket;
    this.address = callerOf(socket.request).address;
    this.#options = options;
    const { conn, nsp } = socket;
    this.#engine = engineOf(conn);
    this.#namespace = nsp.name === '/' ? '' : `${nsp.name},`;
    writeOncePerTurn(conn, turn);
    conn.on('packet', this.#onPacket);
    conn.on('packetCreate', this.#onPacketCreate);
    conn.on('flush', this.#onFlush);
    const gone = options.figures.enter(this);
    // The connection may go on with other namespaces.
    socket.once('disconnect', (reason) => {
      this.#open = false;
      gone(reason);
      conn.off('packet', this.#onPacket);
      conn.off('packetCreate', this.#onPacketCreate);
      conn.off('flush', this.#onFlush);
    });
  }

  /** False once the client is gone, `end` or `cut` was called, or more waits than may. Then nothing is sent any more. */
  get isOpen(): boolean {
    return this.#open;
  }

  /** Whether the client has spent its budget. Its present request, the last one, is to be refused in the form of its protocol. */
  get isOverBudget(): boolean {
    return visitOf(this.socket.conn)?.isOverBudget ?? false;
  }

  /** What the client's requests are charged to. */
  get account(): Account | undefined {
    return visitOf(this.socket.conn)?.account;
  }

  /** Bytes that wait for the client: in Engine.IO, and in a WebSocket for the network. */
  get waiting(): number {
    return this.#bufferedBytes + (this.#engine.transport.socket?.bufferedAmount ?? 0);
  }

  /** Whether more bytes wait for the client than may. */
  get isBehind(): boolean {
    return this.waiting > this.#options.maxWaitingBytes;
  }

  /** Whether the client has sent bytes since this object was made: then what it sent may hold some. */
  get sendsBytes(): boolean {
    return this.#sendsBytes;
  }

  /** Sends an event through socket.io's own encoder. @throws RangeError for content that is nested too deeply to be written */
  emit(event: string, ...content: readonly unknown[]): void {
    if (this.#open) this.socket.emit(event, ...content);
  }

  /**
   * Sends an event whose one argument is ready-made JSON, past socket.io's encoder. The packet asks for an acknowledgement, because
   * EasyRTC's clients expect that. Nobody waits for it: socket.io ignores an acknowledgement whose number it does not know.
   * @param event has no character that JSON escapes
   */
  emitJson(event: string, json: string): void {
    if (!this.#open) return;
    // Socket.IO's revisions 4 and 5 write an event alike: the type 2, the namespace, the number, the content.
    this.socket.conn.write(`2${this.#namespace}${this.#nextNumber}["${event}",${json}]`);
    this.#nextNumber += 1;
  }

  /** Ends the connection; what was sent goes out before. */
  end(): void {
    this.#open = false;
    this.socket.disconnect(true);
  }

  /** Ends the connection at once: a client that does not read takes no last words. */
  cut(): void {
    this.#open = false;
    this.socket.conn.close(true);
  }

  readonly #onPacket = ({ data }: EnginePacket): void => {
    if (typeof data !== 'string') this.#sendsBytes ||= data !== undefined;
    const { figures, maxPacketBytes = Infinity, onTooLong } = this.#options;
    figures.received += 1;
    figures.receivedBytes += bytesOf(data);
    if (!isWithin(data, maxPacketBytes)) onTooLong?.();
  };

  readonly #onPacketCreate = ({ data }: EnginePacket): void => {
    const { figures, maxWaitingPackets = Infinity, onOverrun } = this.#options;
    const bytes = bytesOf(data);
    chargeTold(bytes);
    figures.sent += 1;
    figures.sentBytes += bytes;
    this.#bufferedBytes += bytes;
    this.#bufferedPackets += 1;
    if (!onOverrun || !this.#open) return;
    if (this.#bufferedPackets <= maxWaitingPackets && !this.isBehind) return;
    this.#open = false;
    setImmediate(onOverrun);
  };

  readonly #onFlush = (): void => {
    this.#bufferedBytes = 0;
    this.#bufferedPackets = 0;
  };
}

/** Counts the bytes of a text only when its length does not tell: a UTF-16 code unit takes three bytes at most. */
function isWithin(data: unknown, maxBytes: number): boolean {
  if (typeof data === 'string' && data.length * 3 <= maxBytes) return true;
  return bytesOf(data) <= maxBytes;
}
