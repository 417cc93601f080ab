import { WebSocket } from 'ws';
import { z } from 'zod';
import type { MethodName, RequestParams } from '../dialects/kurento-room/types.js';

const frame = z.looseObject({
  id: z.number().nullish(),
  method: z.string().optional(),
  params: z.looseObject({}).optional(),
  result: z.looseObject({}).optional(),
  error: z.object({ code: z.number(), data: z.looseObject({ reason: z.string().optional() }).optional() }).optional(),
});

/** How long the server has for a connection and for an answer, in ms. */
const patienceMs = 20_000;

/** Why something did not come about: a few words, the same for all participants that it happens to. */
export class Failed extends Error {
  override readonly name = 'Failed';
}

interface Asked {
  readonly resolve: (answer: z.output<typeof frame>) => void;
  readonly reject: (error: Failed) => void;
}

/** A client of the room protocol. */
export class RoomClient {
  readonly #socket: WebSocket;
  readonly #asked = new Map<number, Asked>();
  #lastId = 0;
  onNotification: (method: string, params: object) => void = () => undefined;
  /** Called with the reason, when the connection ends before `close`. */
  onLost: (reason: string) => void = () => undefined;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data: Buffer) => {
      this.#hear(data.toString());
    });
    socket.once('close', (code) => {
      const reason = `connection closed (${code})`;
      for (const { reject } of this.#asked.values()) reject(new Failed(reason));
      this.onLost(reason);
    });
  }

  /** Rejects with `Failed`. */
  static connect(url: string): Promise<RoomClient> {
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(url, { handshakeTimeout: patienceMs, perMessageDeflate: false });
      socket.once('open', () => {
        resolve(new RoomClient(socket));
      });
      socket.once('unexpected-response', (_request, { statusCode }) => {
        reject(new Failed(`connection refused (HTTP ${statusCode ?? 0})`));
        socket.terminate();
      });
      socket.on('error', (error: NodeJS.ErrnoException) => {
        reject(new Failed(`no connection (${error.code ?? error.message})`));
      });
    });
  }

  /** Rejects with `Failed`, when the server refuses or is silent, or the connection ends. */
  async request<Method extends MethodName, Schema extends z.ZodType>(
    method: Method,
    params: RequestParams<Method>,
    result: Schema,
  ): Promise<z.output<Schema>> {
    const id = (this.#lastId += 1);
    let giveUp: NodeJS.Timeout | undefined;
    try {
      const { error, result: given } = await new Promise<z.output<typeof frame>>((resolve, reject) => {
        if (this.#socket.readyState !== WebSocket.OPEN) throw new Failed('connection closed');
        this.#asked.set(id, { resolve, reject });
        giveUp = setTimeout(() => {
          reject(new Failed(`${method}: no answer`));
        }, patienceMs);
        this.#socket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
      });
      if (error) throw new Failed(`${method} refused (${error.data?.reason ?? error.code})`);
      return result.parse(given);
    } finally {
      clearTimeout(giveUp);
      this.#asked.delete(id);
    }
  }

  close(): void {
    this.onLost = () => undefined;
    this.#socket.close(1000);
  }

  #hear(text: string): void {
    const { id, method, params, ...rest } = frame.parse(JSON.parse(text));
    if (method !== undefined) this.onNotification(method, params ?? {});
    else if (typeof id === 'number') this.#asked.get(id)?.resolve({ id, ...rest });
  }
}
