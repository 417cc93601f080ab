import type { Socket } from 'socket.io';
import type { Push } from './messages.js';

/** Acknowledgements that may be outstanding; of a client that gives none no more are asked for. */
const maxOutstanding = 10_000;

export interface OutletLimits {
  /** What may wait for a slow reader, in characters, before it is dropped. */
  readonly maxQueuedBytes: number;
  /** One incoming packet. */
  readonly maxPacketBytes: number;
}

interface EnginePacket {
  readonly data?: unknown;
}

/** The way to one client: everything sent to it, and how much of that waits. */
export class Outlet {
  readonly #socket: Socket;
  #waiting = 0;
  #outstanding = 0;
  #open = true;

  /** @param onDropped called when the client is dropped for what it sends or does not read; never from inside `send` */
  constructor(socket: Socket, { maxQueuedBytes, maxPacketBytes }: OutletLimits, onDropped: (why: string) => void) {
    this.#socket = socket;
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
      this.#waiting += sizeOf(data);
      if (this.#waiting > maxQueuedBytes) drop('it reads too slowly');
    });
    socket.conn.on('flush', () => {
      this.#waiting = 0;
    });
    socket.conn.on('packet', ({ data }: EnginePacket) => {
      if (sizeOf(data) <= maxPacketBytes) return;
      this.#open = false;
      onDropped('its packet is too long');
      socket.conn.close(true);
    });
  }

  get open(): boolean {
    return this.#open;
  }

  /** @throws RangeError when the data is nested too deeply to be written */
  send(event: 'easyrtcCmd' | 'easyrtcMsg', easyrtcid: string, serverTime: number, push: Push): void {
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

/** In bytes; a text that may be longer is measured only when its length alone does not tell. */
function sizeOf(data: unknown): number {
  if (typeof data === 'string') return Buffer.byteLength(data);
  return data instanceof Uint8Array ? data.byteLength : 0;
}
