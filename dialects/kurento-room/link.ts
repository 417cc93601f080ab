import { ProtocolError, invalidRequest, invalidSession } from './errors.js';
import { readRequest } from './request.js';
import type { Request } from './request.js';
import { errorReply } from './rpc-server.js';
import type { Connection, ConnectionListener } from '../../transport/connection.js';
import { textFrame } from '../../transport/frame.js';
import { connectionRequests } from './params.js';
import { Session } from './session.js';
import type { SessionContext } from './session.js';
import { Watchdog } from './watchdog.js';

export interface LinkContext extends SessionContext {
  /** Executes a request that concerns the connection itself. */
  executeHere(request: Request, exchange: Exchange): Promise<string | undefined>;
}

/** One request about a connection, and its answer. */
export interface Exchange {
  readonly link: Link;
  /** Resolves when the answer has been sent. */
  readonly answered: Promise<void>;
}

/** What passes the queue of the session: it is about the connection (Kurento Room §1.7). */
const aboutConnection: ReadonlySet<string> = new Set(connectionRequests);

/** Ties one connection to the session that uses it at present. */
export class Link implements ConnectionListener {
  readonly #connection: Connection;
  readonly #context: LinkContext;
  readonly #onClosed: () => void;
  #session: Session | undefined;
  #watchdog: Watchdog | undefined;
  /** closeSession came: nothing more is taken. */
  #over = false;

  constructor(connection: Connection, context: LinkContext, onClosed: () => void) {
    this.#connection = connection;
    this.#context = context;
    this.#onClosed = onClosed;
  }

  /** The session of this connection; made when first needed, so that a client that only pings has none (§1.3). */
  get session(): Session {
    this.#session ??= new Session(this.#connection, this.#context);
    return this.#session;
  }

  /** The session, if there is one yet. */
  get present(): Session | undefined {
    return this.#session;
  }

  /** A ping: from the first one on the connection must keep pinging (Kurento Room §1.4). */
  watch(intervalMs: number | undefined): void {
    this.#watchdog ??= new Watchdog(intervalMs, () => {
      this.#connection.close(1000, 'No ping for three intervals');
    });
    this.#watchdog.feed();
  }

  /**
   * Goes on with a session that exists, on this connection; its former connection is closed (Kurento Room §1.5).
   * @throws ProtocolError 40007 when there is none of that id
   */
  resume(sessionId: string, answered: Promise<void>): Session {
    const session = this.#context.sessions.find(sessionId);
    if (!session) throw new ProtocolError(invalidSession, 'reconnection error');
    if (session !== this.#session) {
      this.#session?.detach(this.#connection, 'its connection resumed another session');
      this.#session = session;
      session.attach(this.#connection, answered);
    }
    return session;
  }

  /** Ends the session, if there is one, and the connection after the answer (Kurento Room §1.5). */
  endSession(answered: Promise<void>): void {
    this.#over = true;
    this.#session?.end();
    void answered.then(() => {
      this.#connection.close(1000, 'The session is closed');
    });
  }

  text(text: string): void {
    if (this.#over) return;
    let request: Request | undefined;
    try {
      request = readRequest(text);
    } catch (error) {
      this.#reply(errorReply(null, error as ProtocolError));
      return;
    }
    if (!request) return;
    if (aboutConnection.has(request.method)) void this.#executeHere(request);
    else this.session.accept(request, text.length);
  }

  binary(): void {
    this.#reply(errorReply(null, new ProtocolError(invalidRequest, 'Binary messages are not part of this protocol')));
  }

  closed(reason: string): void {
    this.#watchdog?.stop();
    this.#session?.detach(this.#connection, reason);
    this.#onClosed();
  }

  async #executeHere(request: Request): Promise<void> {
    let resolve: () => void = () => undefined;
    const answered = new Promise<void>((settle) => (resolve = settle));
    const reply = await this.#context.executeHere(request, { link: this, answered });
    if (reply !== undefined) this.#reply(reply);
    resolve();
  }

  #reply(text: string): void {
    this.#connection.send(textFrame(text));
  }
}
