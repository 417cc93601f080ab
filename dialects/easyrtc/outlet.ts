import type { Socket } from 'socket.io';
import { writeOncePerTurn } from '../../transport/socket-io/write-once.js';
import type { WriteTurn } from '../../transport/write-turn.js';
import type { Push } from './messages.js';
import type { Wording } from './wording.js';

/** Acknowledgements that may be outstanding for messages with bytes; of a client that gives none no more are asked for. */
const maxOutstanding = 10_000;

export interface OutletLimits {
  /** What may wait for a slow reader, in characters, before it is dropped. */
  readonly maxQueuedBytes: number;
  /** One incoming packet. */
  readonly maxPacketBytes: number;
}

/** What all outlets of the gateway share. */
export interface Outward {
  readonly wording: Wording;
  readonly turn: WriteTurn;
}

interface EnginePacket {
  readonly data?: unknown;
}

/** The way to one client: everything sent to it, and how much of that waits. */
export class Outlet {
  readonly #socket: Socket;
  readonly #wording: Wording;
  /** The next event's, by which the client acknowledges it. */
  #number = 0;
  #waiting = 0;
  #outstanding = 0;
  #open = true;
  #hasBytes = false;

  /** @param onDropped called when the client is dropped for what it sends or does not read; never from inside `send` */
  constructor(
    socket: Socket,
    { wording, turn }: Outward,
    { maxQueuedBytes, maxPacketBytes }: OutletLimits,
    onDropped: (why: string) => void,
  ) {
    this.#socket = socket;
    this.#wording = wording;
    writeOncePerTurn(socket.conn, turn);
    const drop = (why: string): void => {
      if (!this.#open) return;
      this.#open = false;
      // The room may be in the middle of telling everybody, and a client that goes tells everybody too.
      setImmediate(() => {
        onDropped(why);
        // A slow reader takes no closing words either.
        socket.conn.close(true);
      });
    };
    socket.conn.on('packetCreate', ({ data }: EnginePacket) => {
      this.#waiting += lengthOf(data);
      if (this.#waiting > maxQueuedBytes) drop('it reads too slowly');
    });
    socket.conn.on('flush', () => {
      this.#waiting = 0;
    });
    socket.conn.on('packet', ({ data }: EnginePacket) => {
      if (typeof data !== 'string') this.#hasBytes ||= data !== undefined;
      if (isWithin(data, maxPacketBytes)) return;
      this.#open = false;
      onDropped('its packet is too long');
      socket.conn.close(true);
    });
  }

  get open(): boolean {
    return this.#open;
  }

  /** Whether the client has ever sent bytes: then what comes from it may hold some. */
  get hasBytes(): boolean {
    return this.#hasBytes;
  }

  /**
   * Asks for an acknowledgement, as clients expect, and does not listen for it (EasyRTC §3): Socket.IO ignores those it knows nothing of.
   * @throws RangeError when the data is nested too deeply to be written
   */
  send(event: 'easyrtcCmd' | 'easyrtcMsg', easyrtcid: string, serverTime: number, push: Push): void {
    if (!this.#open || !this.#socket.connected) return;
    const words = this.#wording.of(push);
    const head = `2${this.#number}["${event}",{"easyrtcid":"${easyrtcid}","serverTime":${serverTime},`;
    this.#number += 1;
    this.#socket.conn.write(`${head}${words}]`);
  }

  /** The same for what may hold bytes, which go in packets of their own. */
  sendBytes(event: 'easyrtcCmd' | 'easyrtcMsg', easyrtcid: string, serverTime: number, push: Push): void {
    if (!this.#open) return;
    const packet = { easyrtcid, ...push, serverTime };
    if (this.#outstanding >= maxOutstanding) {
      this.#socket.emit(event, packet);
      return;
    }
    this.#outstanding += 1;
    this.#socket.emit(event, packet, this.#acknowledged);
  }

  /** What was sent goes out before. */
  close(): void {
    this.#open = false;
    this.#socket.disconnect(true);
  }

  readonly #acknowledged = (): void => {
    this.#outstanding -= 1;
  };
}

function lengthOf(data: unknown): number {
  return typeof data === 'string' || data instanceof Uint8Array ? data.length : 0;
}

/** A text is measured only when its length alone does not tell: no character takes more than three bytes. */
function isWithin(data: unknown, maxBytes: number): boolean {
  if (typeof data !== 'string') return lengthOf(data) <= maxBytes;
  return data.length * 3 <= maxBytes || Buffer.byteLength(data) <= maxBytes;
}
