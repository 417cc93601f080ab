import { once } from 'node:events';
import { WebSocket } from 'ws';
import { z } from 'zod';

const response = z.object({ id: z.int(), result: z.object({ value: z.array(z.string()) }) });

/** Asks a media server what it holds, past the adapter. */
export class RawKurento {
  readonly #socket: WebSocket;
  #id = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  static async open(url: string): Promise<RawKurento> {
    const socket = new WebSocket(url);
    await once(socket, 'open');
    return new RawKurento(socket);
  }

  pipelines(): Promise<string[]> {
    return this.#invoke('manager_ServerManager', 'getPipelines');
  }

  /** Of a pipeline: its endpoints. */
  children(pipeline: string): Promise<string[]> {
    return this.#invoke(pipeline, 'getChildren');
  }

  close(): void {
    this.#socket.close();
  }

  async #invoke(object: string, operation: string): Promise<string[]> {
    this.#id += 1;
    const params = { object, operation };
    this.#socket.send(JSON.stringify({ jsonrpc: '2.0', id: this.#id, method: 'invoke', params }));
    const [data] = (await once(this.#socket, 'message')) as [Buffer];
    return response.parse(JSON.parse(data.toString())).result.value;
  }
}
