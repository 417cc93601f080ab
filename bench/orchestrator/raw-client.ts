import { WebSocket } from 'ws';

interface Answer {
  readonly body: Readonly<Record<string, string>>;
}

/** A minimal socket.io client (Engine.IO 4). It costs the load generator little, and gives the bytes unchanged. */
export class RawClient {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #nextId = 1;
  onPacket: (packet: Buffer) => void = () => undefined;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  /** @param host as 127.0.0.1:8080 */
  static connect(host: string): Promise<RawClient> {
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(`ws://${host}/socket.io/?EIO=4&transport=websocket`, { perMessageDeflate: false });
      const client = new RawClient(socket);
      socket.once('error', reject);
      socket.on('message', (data: Buffer, isBinary: boolean) => {
        if (isBinary) client.onPacket(data);
        else if (data[0] === 0x30) socket.send('40');
        else if (data[0] === 0x32) socket.send('3');
        else if (data.toString('latin1', 0, 2) === '40') resolve(client);
        else client.#onText(data.toString());
      });
    });
  }

  ask(...event: readonly unknown[]): Promise<Answer['body']> {
    const id = this.#nextId;
    this.#nextId += 1;
    return new Promise((resolve) => {
      this.#waiting.set(id, ({ body }) => {
        resolve(body);
      });
      this.#socket.send(`42${id}${JSON.stringify(event)}`);
    });
  }

  /** One packet of a data stream. */
  send(packet: Buffer): void {
    this.#socket.send('451-["SendData","points",{"_placeholder":true,"num":0}]');
    this.#socket.send(packet);
  }

  close(): void {
    this.#socket.terminate();
  }

  #onText(text: string): void {
    const [, id = '', content = ''] = /^43(\d+)(.*)$/s.exec(text) ?? [];
    const answered = this.#waiting.get(Number(id));
    if (!answered) return;
    this.#waiting.delete(Number(id));
    answered((JSON.parse(content) as [Answer])[0]);
  }
}

/** Makes a client that receives its own data stream, in a new session or in the given one. */
export async function echoing(host: string, userName: string, sessionId?: string) {
  const client = await RawClient.connect(host);
  const { userId } = await client.ask('Login', { userName });
  const session =
    sessionId === undefined
      ? await client.ask('AddSession', { sessionName: userName, scenarioDefinition: {} })
      : await client.ask('JoinSession', { sessionId });
  await client.ask('RegisterForDataStream', userId, 'points');
  return { client, sessionId: session.sessionId };
}
