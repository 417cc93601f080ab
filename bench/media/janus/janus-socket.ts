import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { z } from 'zod';

const jsepSchema = z.object({ type: z.enum(['offer', 'answer']), sdp: z.string() });
export type Jsep = z.infer<typeof jsepSchema>;

const messageSchema = z.object({
  janus: z.string(),
  transaction: z.string().optional(),
  sender: z.number().optional(),
  data: z.object({ id: z.number() }).optional(),
  plugindata: z.object({ data: z.looseObject({ error: z.string().optional() }) }).optional(),
  jsep: jsepSchema.optional(),
  error: z.object({ reason: z.string() }).optional(),
});
type Message = z.infer<typeof messageSchema>;

/** A handle of the plugin for video rooms. */
export interface Handle {
  /** Resolves with what Janus has to say of a session description. */
  readonly ask: (body: object, jsep?: Jsep) => Promise<Jsep | undefined>;
  /** Resolves once its connection is there for Janus too, which may be later than for the client. */
  readonly up: Promise<void>;
}

/** A bare client of the Janus API with one session. */
export class JanusSocket {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<string, (message: Message) => void>();
  readonly #upOf = new Map<number, () => void>();
  #session = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data: Buffer) => {
      const message = messageSchema.parse(JSON.parse(data.toString()));
      if (message.janus === 'webrtcup') this.#upOf.get(message.sender ?? 0)?.();
      // What is only acknowledged is answered later.
      if (message.janus !== 'ack') this.#waiting.get(message.transaction ?? '')?.(message);
    });
  }

  /** Waits until there is somebody at this address. */
  static async open(url: string): Promise<JanusSocket> {
    for (let tries = 100; ; tries -= 1) {
      const socket = new WebSocket(url, 'janus-protocol');
      try {
        await once(socket, 'open');
        const janus = new JanusSocket(socket);
        janus.#session = (await janus.#request({ janus: 'create' })).data?.id ?? 0;
        return janus;
      } catch (error) {
        if (tries === 0) throw error;
        await delay(100);
      }
    }
  }

  async attach(): Promise<Handle> {
    const attached = await this.#request({ janus: 'attach', plugin: 'janus.plugin.videoroom' });
    const handle = attached.data?.id ?? 0;
    const up = new Promise<void>((resolve) => this.#upOf.set(handle, resolve));
    const ask: Handle['ask'] = async (body, jsep) => {
      const { plugindata, jsep: other } = await this.#request({
        ...{ janus: 'message', handle_id: handle, body },
        ...(jsep && { jsep }),
      });
      if (plugindata?.data.error !== undefined) throw new Error(`Janus: ${plugindata.data.error}`);
      return other;
    };
    return { ask, up };
  }

  async close(): Promise<void> {
    this.#socket.close();
    await once(this.#socket, 'close');
  }

  async #request(request: object): Promise<Message> {
    const transaction = randomUUID();
    const answered = new Promise<Message>((resolve) => this.#waiting.set(transaction, resolve));
    const session = this.#session > 0 ? { session_id: this.#session } : {};
    this.#socket.send(JSON.stringify({ ...request, ...session, transaction }));
    const message = await answered;
    this.#waiting.delete(transaction);
    if (message.error) throw new Error(`Janus: ${message.error.reason}`);
    return message;
  }
}
