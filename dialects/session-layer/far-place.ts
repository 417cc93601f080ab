import type { Arrival, Departure, Gateway } from '../../cluster/port.js';
import { payer } from '../../transport/gate/account.js';
import type { ResumedSession } from './call.js';
import { ProtocolError, invalidSession, reconnectionError } from './errors.js';
import { FarLine } from './far-line.js';
import type { Place } from './place.js';
import type { Request } from './read-request.js';
import type { LayerContext } from './layer.js';
import type { Session } from './session.js';
import { newSessionId } from './session-id.js';
import type { SocketClient } from './socket-client.js';

/** Sessions are at the owners of their rooms, in other processes or in this one. */
export class FarPlace implements Place {
  readonly #client: SocketClient;
  readonly #context: LayerContext;
  readonly #token: string | undefined;
  readonly #gateway: Gateway;
  #id: string | undefined;
  #unname: (() => void) | undefined;
  /** The session may not be resumed. */
  #isEvicted = false;
  #line: FarLine | undefined;
  /** While another session is looked for: that of the present one. */
  #former: FarLine | undefined;
  #isLost = false;
  /** Requests that wait until it is known in which room the client is. */
  #held: string[] = [];
  /** The client was in a room. */
  #wasIn = false;
  /** For requests outside of rooms. */
  #idle: Session | undefined;

  constructor(client: SocketClient, context: LayerContext, token: string | undefined, gateway: Gateway) {
    this.#client = client;
    this.#context = context;
    this.#token = token;
    this.#gateway = gateway;
  }

  get id(): string {
    return this.#id ?? this.#take(newSessionId());
  }

  get presentId(): string | undefined {
    return this.#id;
  }

  get isIn(): boolean {
    return this.#line?.isIn === true;
  }

  accept(request: Request, text: string): void {
    const { maxQueuedRequests } = this.#context.limits;
    if ((this.#line?.unserved ?? 0) + this.#held.length > maxQueuedRequests) {
      this.#client.close(1008, 'Too many requests are waiting');
      return;
    }
    const room = this.#line?.isIn ? undefined : this.#context.roomOf(request);
    const elsewhere = room !== undefined && this.#line?.room !== room ? this.#line : undefined;
    // Whether it has come into the room that it has asked for first is not known yet.
    if (this.#held.length > 0 || (elsewhere && elsewhere.unserved > 0)) this.#held.push(text);
    else {
      if (elsewhere) this.#leave();
      const mayWaitMs = this.#context.sessionRequests.find(request.method)?.mayWaitMs;
      if (this.#line || room !== undefined) (this.#line ??= this.#open(room ?? '')).send(text, mayWaitMs?.request);
      else this.#present.accept(request, text.length);
    }
  }

  resume(sessionId: string, received: number | undefined): ResumedSession | Promise<ResumedSession> {
    if (sessionId === this.#id) {
      if (this.#isEvicted) throw new ProtocolError(invalidSession, reconnectionError);
      return { id: sessionId, lastRequest: undefined, sendMissed: undefined };
    }
    // The present session goes on unless the other one is found.
    const former = (this.#former = this.#line);
    return new Promise<ResumedSession>((resolve, reject) => {
      const line = new FarLine(this.#client, true, {
        attached: (lastRequest) => {
          former?.close('its connection resumed another session', false);
          this.#former = undefined;
          this.#idle?.end();
          this.#idle = undefined;
          this.#take(sessionId);
          this.#isEvicted = false;
          resolve({
            id: sessionId,
            lastRequest,
            sendMissed: () => {
              line.flow();
            },
          });
        },
        unknown: (unserved) => {
          reject(new ProtocolError(invalidSession, reconnectionError));
          this.#former = undefined;
          this.#over(line, unserved, former?.isOver === false ? former : undefined);
        },
        left: (unserved, how) => {
          this.#left(line, unserved, how);
        },
        idle: () => {
          this.#idleLine(line);
        },
      });
      this.#line = line;
      line.begin((client) => this.#gateway.attach(this.#arrivalOf(sessionId), received, client));
    });
  }

  pinged(): void {
    // Pings stay here. The owner of the room hears when the connection is lost, and of every request.
  }

  acknowledged(): void {
    // What was told is kept for a while, whatever the client has of it.
  }

  end(): void {
    for (const line of [this.#line, this.#former]) line?.close('closeSession', true);
    this.#idle?.end();
  }

  lost(reason: string): void {
    this.#isLost = true;
    this.#unname?.();
    for (const line of [this.#line, this.#former]) line?.close(reason, false);
    this.#idle?.end();
  }

  #take(id: string): string {
    this.#unname?.();
    this.#unname = this.#context.sessions.name(id);
    this.#id = id;
    return id;
  }

  #arrivalOf(session: string): Arrival {
    const { traceparent } = payer() ?? {};
    const { dialect } = this.#context;
    return { dialect, session, address: this.#client.address, token: this.#token, traceparent };
  }

  get #present(): Session {
    this.#idle ??= this.#context.newSession(this.#client, this.#token, this.id, this.#wasIn);
    return this.#idle;
  }

  #open(room: string): FarLine {
    const line = new FarLine(this.#client, false, {
      attached: () => undefined,
      unknown: (unserved) => {
        this.#over(line, unserved);
      },
      left: (unserved, how) => {
        this.#left(line, unserved, how);
      },
      idle: () => {
        this.#idleLine(line);
      },
    });
    line.begin((client) => this.#gateway.open(room, this.#arrivalOf(this.id), client));
    return line;
  }

  #leave(): void {
    this.#line?.close('the client asks for another room', true);
    this.#line = undefined;
  }

  #idleLine(line: FarLine): void {
    if (this.#line === line && this.#held.length > 0) this.#goOn();
  }

  #left(line: FarLine, unserved: readonly string[], { evicted, unlessUsed }: Departure): void {
    line.isOver = true;
    if (this.#line !== line) return;
    this.#wasIn = true;
    this.#idle?.end();
    this.#idle = undefined;
    if (evicted) this.#isEvicted = true;
    if (unlessUsed && unserved.length === 0) this.#client.closeUnlessUsed(unlessUsed);
    this.#over(line, unserved);
  }

  /** @param next what the client goes on with */
  #over(line: FarLine, unserved: readonly string[], next?: FarLine): void {
    if (this.#line !== line) return;
    this.#line = next;
    this.#held.unshift(...unserved);
    this.#goOn();
  }

  /** Takes what had to wait. */
  #goOn(): void {
    const held = this.#held;
    this.#held = [];
    if (this.#isLost) return;
    for (const text of held) {
      const request = this.#context.read(text);
      if (request) this.accept(request, text);
    }
  }
}
