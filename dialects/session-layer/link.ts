import { ProtocolError, invalidRequest, tooManyRequests } from './errors.js';
import { idIn } from './read-request.js';
import type { Request, RpcId } from './read-request.js';
import { errorReply } from './rpc-server.js';
import type { CallingLink, ResumedSession } from './call.js';
import type { Connection, ConnectionListener } from '../../transport/connection.js';
import { textFrame } from '../../transport/frame.js';
import { FarPlace } from './far-place.js';
import { NearPlace } from './near-place.js';
import type { LayerContext } from './layer.js';
import type { Place } from './place.js';
import { SocketClient } from './socket-client.js';
import { Watchdog } from './watchdog.js';

/** A connection, and what came with its upgrade. */
export interface LinkArrival {
  readonly connection: Connection;
  /** The token of the client, for joinRoom. */
  readonly token: string | undefined;
}

/** Ties one connection to the session that uses it at present. */
export class Link implements ConnectionListener, CallingLink {
  readonly #connection: Connection;
  readonly #client: SocketClient;
  readonly #context: LayerContext;
  readonly #onClosed: () => void;
  readonly #place: Place;
  #watchdog: Watchdog | undefined;
  /** Set by closeSession: nothing more is taken. */
  #over = false;

  constructor({ connection, token }: LinkArrival, context: LayerContext, onClosed: () => void) {
    this.#connection = connection;
    this.#client = new SocketClient(connection, context.closeUnusedAfterMs);
    this.#context = context;
    this.#onClosed = onClosed;
    this.#place = context.cluster
      ? new FarPlace(this.#client, context, token, context.cluster.gateway)
      : new NearPlace(this.#client, context, token);
  }

  get sessionId(): string {
    return this.#place.id;
  }

  get presentId(): string | undefined {
    return this.#place.presentId;
  }

  get isIn(): boolean {
    return this.#place.isIn;
  }

  get isOpen(): boolean {
    return this.#connection.open;
  }

  acknowledged(received: number): void {
    this.#place.acknowledged(received);
  }

  watch(intervalMs: number | undefined): void {
    this.#watchdog ??= new Watchdog(intervalMs, () => {
      const reason = 'No ping for three intervals';
      this.#connection.drop(1000, reason, reason);
    });
    this.#watchdog.pinged();
    this.#client.pinged();
    this.#place.pinged();
  }

  resume(sessionId: string, received: number | undefined): ResumedSession | Promise<ResumedSession> {
    const resumed = this.#place.resume(sessionId, received);
    const count = (): void => {
      this.#context.figures.resumed += 1;
    };
    if (resumed instanceof Promise) resumed.then(count, () => undefined);
    else count();
    return resumed;
  }

  /** The connection ends, and its client comes back to another process. What the session is told from now on is kept for it. */
  suspend(): void {
    const reason = 'The server restarts';
    this.#place.lost(reason);
    this.#connection.close(1012, reason);
  }

  endSession(): void {
    this.#over = true;
    this.#place.end();
  }

  close(reason: string): void {
    this.#connection.close(1000, reason);
  }

  text(text: string): void {
    if (this.#over) return;
    let request: Request | undefined;
    try {
      request = this.#context.read(text);
    } catch (error) {
      this.#refuse(error as ProtocolError);
      return;
    }
    if (!request) return;
    if (this.#context.connectionRequests.find(request.method)) this.#executeOnConnection(request);
    else {
      this.#client.used();
      this.#place.accept(request, text);
    }
  }

  binary(): void {
    this.#refuse(new ProtocolError(invalidRequest, 'Binary messages are not part of this protocol'));
  }

  overBudget(text: string | undefined, retryAfterMs: number): void {
    const error = new ProtocolError(tooManyRequests, 'Too many requests', { reason: 'too-many', retryAfterMs });
    this.#refuse(error, text === undefined ? text : idIn(text));
  }

  closed(reason: string, code?: number): void {
    this.#watchdog?.stop();
    this.#client.used();
    if (code !== undefined && this.#context.farewells.includes(code)) this.endSession();
    this.#place.lost(reason);
    this.#onClosed();
  }

  #refuse(error: ProtocolError, id?: RpcId): void {
    this.#context.figures.errors.add(String(error.code));
    this.#reply(errorReply(error, id));
  }

  #executeOnConnection(request: Request): void {
    void this.#context.executeOnConnection(request, this, (text) => {
      if (text !== undefined) this.#reply(text);
    });
  }

  #reply(text: string): void {
    this.#connection.send(textFrame(text));
  }
}
