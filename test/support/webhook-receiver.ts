import { createServer } from 'node:http';
import type { IncomingHttpHeaders, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebhookReceiver as Verifier } from 'livekit-server-sdk';
import type { WebhookEvent } from 'livekit-server-sdk';

/** What came: whether it was answered with success or not. */
export interface Received {
  readonly event: WebhookEvent;
  readonly body: string;
  readonly headers: IncomingHttpHeaders;
}

export const webhookKey = { name: 'hook', secret: 'x'.repeat(32) };

/** A receiver of webhooks, which verifies each with the class of LiveKit's SDK, as back ends do. */
export class WebhookReceiver {
  /** All that came, in order. */
  readonly received: Received[] = [];
  /** Those that were not signed as they should be. */
  readonly faults: string[] = [];
  /** Answers. Default: success. */
  answer: (response: ServerResponse, received: Received) => void = (response) => response.end();
  readonly #verifier = new Verifier(webhookKey.name, webhookKey.secret);
  #server: Server | undefined;
  #port = 0;

  static async start(): Promise<WebhookReceiver> {
    const receiver = new WebhookReceiver();
    await receiver.listen();
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/hooks`;
  }

  /** Again, at the same port. */
  async listen(): Promise<void> {
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        void this.#take(Buffer.concat(chunks).toString('utf8'), request.headers, response);
      });
    });
    await new Promise<void>((resolve) => server.listen(this.#port, '127.0.0.1', resolve));
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  /** Nobody listens any more. */
  async die(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (!server) return;
    const closed = new Promise<void>((resolve) =>
      server.close(() => {
        resolve();
      }),
    );
    server.closeAllConnections();
    await closed;
  }

  /** As `EVENT ROOM PERSON`, each as often as it came. @param room default: all */
  told(room?: string): string[] {
    return this.received.flatMap(({ event }) =>
      room === undefined || event.room?.name === room ? [inShort(event)] : [],
    );
  }

  async #take(body: string, headers: IncomingHttpHeaders, response: ServerResponse): Promise<void> {
    try {
      const event = await this.#verifier.receive(body, headers.authorization);
      const received = { event, body, headers };
      this.received.push(received);
      this.answer(response, received);
    } catch (error) {
      this.faults.push(String(error));
      response.writeHead(401).end();
    }
  }
}

export function inShort({ event, room, participant, track }: WebhookEvent): string {
  return [event, room?.name, participant?.identity, track?.sid && track.stream].filter(Boolean).join(' ');
}
