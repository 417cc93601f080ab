import { ProtocolError, invalidRequest, invalidSession, tooManyRequests } from './errors.js';
import { idIn, readRequest } from './read-request.js';
import type { Request } from './read-request.js';
import { errorReply } from './rpc-server.js';
import type { RpcServer } from './rpc-server.js';
import type { CallingLink, ConnectionCall, ResumedSession } from './call.js';
import type { Connection, ConnectionListener } from '../../transport/connection.js';
import { textFrame } from '../../transport/frame.js';
import { Session } from './session.js';
import type { SessionContext } from './session.js';
import { Watchdog } from './watchdog.js';

export interface LinkContext extends SessionContext {
  /**
   * Requests about the connection: they pass the queue of the session (docs/protocols/kurento-room.md#17-concurrency).
   */
  readonly connectionRequests: RpcServer<ConnectionCall>;
  readonly document: ConnectionCall['document'];
}

/** A connection, and what came with its upgrade. */
export interface Arrival {
  readonly connection: Connection;
  /** The token of the client, for joinRoom. */
  readonly token: string | undefined;
}

/** Ties one connection to the session that uses it at present. */
export class Link implements ConnectionListener, CallingLink {
  readonly #connection: Connection;
  readonly #token: string | undefined;
  readonly #context: LinkContext;
  readonly #onClosed: () => void;
  #session: Session | undefined;
  #watchdog: Watchdog | undefined;
  /** Set by closeSession: nothing more is taken. */
  #over = false;

  constructor({ connection, token }: Arrival, context: LinkContext, onClosed: () => void) {
    this.#connection = connection;
    this.#token = token;
    this.#context = context;
    this.#onClosed = onClosed;
  }

  /**
   * Made when first needed, so that a client that only pings has no session
   * (docs/protocols/kurento-room.md#13-the-session-layer).
   */
  get session(): Session {
    this.#session ??= new Session(this.#connection, this.#context, this.#token);
    return this.#session;
  }

  get present(): Session | undefined {
    return this.#session;
  }

  watch(intervalMs: number | undefined): void {
    this.#watchdog ??= new Watchdog(intervalMs, () => {
      const reason = 'No ping for three intervals';
      this.#connection.drop(1000, reason, reason);
    });
    this.#watchdog.pinged();
    this.#session?.pinged();
  }

  resume(sessionId: string, received: number | undefined): ResumedSession {
    const session = this.#context.sessions.find(sessionId);
    if (!session || session.wasEvicted || (session.hasLeft && session !== this.#session))
      throw new ProtocolError(invalidSession, 'reconnection error');
    if (session === this.#session) return { id: session.id, lastRequest: undefined, sendMissed: undefined };
    if (session.counts && received !== undefined && !session.hasAfter(received))
      throw new ProtocolError(invalidSession, 'reconnection error: what follows is not kept any more');
    this.#session?.detach(this.#connection, 'its connection resumed another session');
    this.#session = session;
    const sendMissed = session.attach(this.#connection, this.#token, received);
    return { id: session.id, lastRequest: session.counts ? session.lastRequest : undefined, sendMissed };
  }

  /** The connection ends, and its client comes back to another process. What the session is told from now on is kept for it. */
  suspend(): void {
    const reason = 'The server restarts';
    this.#session?.detach(this.#connection, reason);
    this.#connection.close(1012, reason);
  }

  endSession(): void {
    this.#over = true;
    this.#session?.end();
  }

  close(reason: string): void {
    this.#connection.close(1000, reason);
  }

  text(text: string): void {
    if (this.#over) return;
    let request: Request | undefined;
    try {
      request = readRequest(text);
    } catch (error) {
      this.#reply(errorReply(error as ProtocolError));
      return;
    }
    if (!request) return;
    if (this.#context.connectionRequests.find(request.method)) this.#executeOnConnection(request);
    else this.session.accept(request, text.length);
  }

  binary(): void {
    this.#reply(errorReply(new ProtocolError(invalidRequest, 'Binary messages are not part of this protocol')));
  }

  overBudget(text: string | undefined, retryAfterMs: number): void {
    const error = new ProtocolError(tooManyRequests, 'Too many requests', { reason: 'too-many', retryAfterMs });
    this.#reply(errorReply(error, text === undefined ? text : idIn(text)));
  }

  closed(reason: string): void {
    this.#watchdog?.stop();
    this.#session?.detach(this.#connection, reason);
    this.#onClosed();
  }

  #executeOnConnection(request: Request): void {
    const { connectionRequests, document, sessions } = this.#context;
    const call = { link: this, sessions, document, afterwards: undefined };
    void connectionRequests.execute(request, call, (text) => {
      if (text !== undefined) this.#reply(text);
    });
  }

  #reply(text: string): void {
    this.#connection.send(textFrame(text));
  }
}
