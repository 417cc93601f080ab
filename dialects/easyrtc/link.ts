import type { Socket } from 'socket.io';
import type { Log } from '../../log.js';
import { RoomError } from '../../rooms/index.js';
import { keepPayer } from '../../transport/gate/account.js';
import { callerOf } from '../../transport/gate/caller.js';
import { Patience } from '../../transport/gate/patience.js';
import { TokenBucket } from '../../transport/token-bucket.js';
import type { DialectNeeds } from '../dialect.js';
import { RequestQueue } from '../request-queue.js';
import { appMessage } from './app-messages.js';
import { authenticate, loginErrorOf } from './authentication.js';
import { Client } from './client.js';
import type { ClientNeeds } from './client.js';
import { command } from './commands.js';
import type { Context } from './context.js';
import type { ErrorCode } from './errors.js';
import { Refusal, roomErrors } from './errors.js';
import { errorOf, isObject } from './messages.js';
import type { Fields, Reply } from './messages.js';
import { Outlet } from './outlet.js';
import type { PushText } from './push-text.js';

type Event = 'easyrtcAuth' | 'easyrtcCmd' | 'easyrtcMsg';
type Answer = (reply: object) => void;

interface Request {
  readonly event: Event;
  readonly message: Fields | undefined;
  readonly answer: Answer;
}

export interface LinkNeeds {
  readonly context: Context;
  readonly client: ClientNeeds;
  /** Shared by all links, so that a message to many clients is encoded once. */
  readonly textOf: PushText;
  /** How many bytes and requests of one client may wait. */
  readonly limits: Pick<DialectNeeds['transport'], 'maxQueuedBytes' | 'maxQueuedRequests'>;
  readonly log: Log;
}

/**
 * One socket. It handles the requests in order, one at a time, and answers each once
 * (docs/protocols/easyrtc.md#3-envelopes, #9-order-and-delivery).
 */
export class Link {
  readonly client: Client;
  readonly #outlet: Outlet;
  readonly #context: Context;
  readonly #log: Log;
  /** Undefined when there is no limit. */
  readonly #rate: TokenBucket | undefined;
  readonly #requests: RequestQueue<Request>;
  #over = false;
  #login: Patience | undefined;

  /** @param onOver called once, when the client has left everything */
  constructor(socket: Socket, { context, client, textOf, limits, log }: LinkNeeds, onOver: (link: Link) => void) {
    this.#context = context;
    this.#log = log;
    const { maxPacketBytes, maxMessagesPerSecond, loginTimeoutMs } = context.settings;
    const { maxQueuedBytes, maxQueuedRequests } = limits;
    this.#outlet = new Outlet(socket, textOf, context.figures, { maxQueuedBytes, maxPacketBytes }, (reason) => {
      log.warn('a client was dropped', {
        client: this.client.easyrtcid,
        reason,
        address: this.client.address,
      });
    });
    this.client = new Client(this.#outlet, callerOf(socket.request).address, client);
    this.#requests = new RequestQueue({ maxRequests: maxQueuedRequests }, (request) => this.#serve(request));
    if (maxMessagesPerSecond > 0) {
      const perSecond = maxMessagesPerSecond;
      this.#rate = new TokenBucket({ perSecond, burst: perSecond }, context.now);
    }
    for (const event of ['easyrtcAuth', 'easyrtcCmd', 'easyrtcMsg'] as const) {
      socket.on(event, (...args: unknown[]) => {
        this.#receive(event, args);
      });
    }
    socket.once('disconnect', () => {
      this.#over = true;
      this.#login?.stop();
      this.#requests.clear();
      this.client.end();
      onOver(this);
    });
    if (loginTimeoutMs > 0) {
      this.#login = new Patience(loginTimeoutMs, () => {
        if (!this.client.application) this.end('LOGIN_TIMEOUT');
      });
    }
  }

  /** Tells the client the reason, and closes the socket. */
  end(code: ErrorCode): void {
    if (!this.#over) this.client.dismiss(code);
  }

  #receive(event: Event, args: readonly unknown[]): void {
    const answer = args.at(-1);
    if (!isCallback(answer)) {
      // A request without an acknowledgement has no effect (docs/protocols/easyrtc.md#3-envelopes).
      if (event === 'easyrtcAuth') this.#outlet.close();
      return;
    }
    const message = isObject(args[0]) ? args[0] : undefined;
    const isTaken =
      !this.#outlet.isOverBudget &&
      this.#rate?.take() !== false &&
      this.#requests.add({ event, message, answer }, 0, this.#outlet.account);
    if (!isTaken) this.#answerError(answer, 'MSG_REJECT_GEN_FAIL');
  }

  #serve(request: Request): Promise<void> | undefined {
    try {
      const reply = this.#handle(request);
      if (reply instanceof Promise) return this.#serveLate(request, reply);
      this.#answer(request.answer, reply);
    } catch (error) {
      this.#refuse(request, error);
    }
    return undefined;
  }

  async #serveLate(request: Request, reply: Promise<Reply>): Promise<void> {
    const goOn = keepPayer();
    try {
      const answer = await reply;
      goOn(() => {
        this.#answer(request.answer, answer);
      });
    } catch (error) {
      this.#refuse(request, error);
    }
    goOn(() => {
      this.client.release();
    });
  }

  #handle({ event, message }: Request): Reply | Promise<Reply> {
    const { client } = this;
    const { application } = client;
    if (event === 'easyrtcAuth') return authenticate(client, message, this.#context, () => !this.#over);
    if (!application) throw new Refusal('MSG_REJECT_NO_AUTH');
    const handle = event === 'easyrtcCmd' ? command : appMessage;
    return handle({ client, application }, message, this.#context);
  }

  #refuse({ event, answer }: Request, error: unknown): void {
    if (event === 'easyrtcAuth') {
      const refusal = loginErrorOf(error);
      if (!refusal) this.#report(event, error);
      this.#answerError(answer, refusal?.code ?? 'LOGIN_GEN_FAIL');
      this.#requests.clear();
      this.#outlet.close();
      return;
    }
    if (error instanceof Refusal) this.#answerError(answer, error.code);
    else if (error instanceof RoomError) this.#answerError(answer, roomErrors[error.code].request);
    else {
      // Data that is nested too deeply to be encoded is the client's fault, no defect of the server.
      const isTooDeep = error instanceof RangeError;
      if (!isTooDeep) this.#report(event, error);
      this.#answerError(answer, isTooDeep ? 'MSG_REJECT_BAD_DATA' : 'MSG_REJECT_GEN_FAIL');
    }
  }

  #answerError(answer: Answer, code: ErrorCode): void {
    this.#context.figures.errors.add(code);
    this.#answer(answer, errorOf(code));
  }

  #answer(answer: Answer, reply: Reply): void {
    if (this.#over) return;
    try {
      answer({ ...reply, serverTime: this.#context.now() });
    } catch (error) {
      this.#report('answer', error);
    }
  }

  #report(event: string, error: unknown): void {
    this.#log.error('a request failed unexpectedly', { event, client: this.client.easyrtcid, error });
  }
}

/** Socket.IO adds a callback as the last argument when the client wants an answer. */
function isCallback(value: unknown): value is Answer {
  return typeof value === 'function';
}
