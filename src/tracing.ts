import { AsyncLocalStorage } from 'node:async_hooks';
import { ROOT_CONTEXT, SpanKind, SpanStatusCode, TraceFlags, isSpanContextValid, trace } from '@opentelemetry/api';
import type { Attributes, Context, Span, TimeInput, Tracer } from '@opentelemetry/api';
import type {
  Authorize,
  ConnectionWatcher,
  JoinOutcome,
  Participant,
  Room,
  RoomEvent,
  RoomsWatcher,
  Traced,
} from '../rooms/index.js';

/** Where spans go. */
export interface SpanSink {
  readonly tracer: Tracer;
  /** Sends what is due. */
  close(): Promise<void>;
}

/** What is traced now. */
interface Running {
  readonly context: Context;
  /** Of a join: since when nothing but the rooms decides. */
  admittedSince: number;
  /** Then what it has begun, such as a timer, is not part of it. */
  isOver: boolean;
}

/** A client whose request is being served. */
export interface TracedClient {
  /** Of the request with which it came. */
  readonly traceparent: string | undefined;
}

interface Verified {
  readonly startedAt: number;
  readonly endedAt: number;
}

/**
 * Traces what a participant's calls are made of: the join is the root of a trace, or follows in that of the client, what it publishes and
 * subscribes to follows in it, and in these what the media server was asked for. Recordings and webhooks are traces of their own. Spans hold
 * codes and durations, and no names, addresses, descriptions of media or tokens.
 */
export class Tracing implements RoomsWatcher {
  readonly #sink: SpanSink;
  readonly #client: () => TracedClient | undefined;
  /** In which what a participant does follows. */
  readonly #joins = new WeakMap<Participant, Context>();
  readonly #running = new AsyncLocalStorage<Running>();
  /** Of the tokens of clients that have not joined yet. */
  readonly #verified = new WeakMap<TracedClient, Verified>();
  /** Recordings that run, by id. */
  readonly #recordings = new WeakMap<Room, Map<string, Span>>();

  /** @param client whose request is being served now, if there is one */
  constructor(sink: SpanSink, client: () => TracedClient | undefined) {
    this.#sink = sink;
    this.#client = client;
  }

  /** For `Access.traced`: the token of a client is verified before it joins. */
  readonly verification = async <Result>(verify: () => Promise<Result>): Promise<Result> => {
    const client = this.#client();
    const startedAt = Date.now();
    try {
      const result = await verify();
      if (client) this.#verified.set(client, { startedAt, endedAt: Date.now() });
      return result;
    } catch (error) {
      const span = this.#start('auth', contextOf(client?.traceparent), { startTime: startedAt });
      span.setStatus(failed(codeOf(error)));
      span.end();
      throw error;
    }
  };

  /** For `RoomsOptions.tracedJoin`. */
  readonly tracedJoin = async <Result>(door: string, run: () => Promise<Result>): Promise<Result> => {
    const client = this.#client();
    const parent = contextOf(client?.traceparent);
    const auth = client && this.#verified.get(client);
    if (client) this.#verified.delete(client);
    const now = Date.now();
    const attributes = doorOf(door);
    const span = this.#start('join', parent, {
      ...{ kind: SpanKind.SERVER, startTime: auth?.startedAt ?? now, attributes },
    });
    const context = trace.setSpan(parent, span);
    if (auth) this.#start('auth', context, { startTime: auth.startedAt }).end(auth.endedAt);
    return this.#during({ context, admittedSince: now, isOver: false }, span, run);
  };

  /** What `authorize` waits for is a step of its own. */
  traceHook(authorize: Authorize): Authorize {
    return (request) => {
      const answer = authorize(request);
      return answer instanceof Promise ? this.#hook(answer) : answer;
    };
  }

  /** For `RoomsOptions.traced`. */
  readonly traced: Traced = (step, by, run) => {
    const parent = this.#joins.get(by) ?? ROOT_CONTEXT;
    const span = this.#start(step, parent, { attributes: doorOf(by.attributes.dialect) });
    const context = trace.setSpan(parent, span);
    let stepAt = Date.now();
    const steps = ['ice', 'first packet'];
    // Each of them once: a connection may come and go.
    const stepDone = (step: string): void => {
      if (steps[0] !== step) return;
      steps.shift();
      this.#start(step, context, { startTime: stepAt }).end();
      stepAt = Date.now();
    };
    const watcher: ConnectionWatcher = {
      connectionChanged: (connected) => {
        if (connected) stepDone('ice');
      },
      mediaChanged: (isFlowing) => {
        if (isFlowing) stepDone('first packet');
      },
    };
    const running = { context, admittedSince: 0, isOver: false };
    return this.#during(running, span, async () => {
      const result = await run(watcher);
      stepAt = Date.now();
      return result;
    });
  };

  /** For `WebhooksContext.traced`: one try to send one. */
  readonly tracedWebhook = async <Result>(event: string, run: () => Promise<Result>): Promise<Result> => {
    const attributes = { 'atrium.event': event };
    const span = this.#start('webhook', ROOT_CONTEXT, { kind: SpanKind.CLIENT, attributes });
    return ending(span, run);
  };

  joinEnded(_door: string, outcome: JoinOutcome, _ms: number, participant: Participant | undefined): void {
    const running = this.#running.getStore();
    const span = running && trace.getSpan(running.context);
    if (!running || !span) return;
    span.setAttribute('atrium.outcome', outcome);
    const admission = this.#start('admit', running.context, { startTime: running.admittedSince });
    if (outcome !== 'joined') for (const each of [span, admission]) each.setStatus(failed(outcome));
    admission.end();
    if (participant) this.#joins.set(participant, running.context);
  }

  /** A media server has answered a call, or has not. What is asked for outside a publication or a subscription is not traced. */
  readonly mediaCall = (server: number, call: string, outcome: string, ms: number): void => {
    const running = this.#running.getStore();
    if (!running || running.isOver) return;
    const end = Date.now();
    const attributes = { 'atrium.media_server': server, 'atrium.outcome': outcome };
    const span = this.#start(`media server: ${call}`, running.context, {
      ...{ kind: SpanKind.CLIENT, startTime: end - ms, attributes },
    });
    if (outcome !== 'ok') span.setStatus(failed(outcome));
    span.end(end);
  };

  roomOpened(): void {
    // A join opens it.
  }

  happened(room: Room, event: RoomEvent): void {
    if (event.type === 'recordingStarted') {
      const { id, startedAt } = event.recording;
      const running = this.#recordings.get(room) ?? new Map<string, Span>();
      this.#recordings.set(room, running);
      running.set(id, this.#start('recording', ROOT_CONTEXT, { startTime: startedAt }));
    } else if (event.type === 'recordingStopped' || event.type === 'recordingFailed') {
      const running = this.#recordings.get(room);
      const span = running?.get(event.recording.id);
      running?.delete(event.recording.id);
      span?.setAttribute('atrium.outcome', event.reason);
      if (event.type === 'recordingFailed') span?.setStatus(failed(event.reason));
      span?.end();
    }
  }

  restored(): void {
    // Its participants have joined in another process: what they publish from now on begins a trace.
  }

  async close(): Promise<void> {
    await this.#sink.close();
  }

  #start(
    name: string,
    parent: Context,
    options: { readonly kind?: SpanKind; readonly startTime?: TimeInput; readonly attributes?: Attributes },
  ): Span {
    return this.#sink.tracer.startSpan(name, options, parent);
  }

  async #during<Result>(running: Running, span: Span, run: () => Promise<Result>): Promise<Result> {
    try {
      return await ending(span, () => this.#running.run(running, run));
    } finally {
      running.isOver = true;
    }
  }

  async #hook<Result>(answer: Promise<Result>): Promise<Result> {
    const running = this.#running.getStore();
    const span = this.#start('hook', running?.context ?? ROOT_CONTEXT, {});
    try {
      return await ending(span, () => answer);
    } finally {
      if (running) running.admittedSince = Date.now();
    }
  }
}

/** Ends the span when `run` has settled. */
async function ending<Result>(span: Span, run: () => Promise<Result>): Promise<Result> {
  try {
    return await run();
  } catch (error) {
    span.setStatus(failed(codeOf(error)));
    throw error;
  } finally {
    span.end();
  }
}

/** Of a trace that the client has begun (W3C Trace Context, traceparent). @param traceparent as the client has sent it */
function contextOf(traceparent: string | undefined): Context {
  const [, traceId = '', spanId = '', flags = ''] =
    /^[\da-f]{2}-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(?:-|$)/.exec(traceparent ?? '') ?? [];
  const traceFlags = parseInt(flags, 16) & TraceFlags.SAMPLED;
  const client = { traceId, spanId, traceFlags, isRemote: true };
  return isSpanContextValid(client) ? trace.setSpanContext(ROOT_CONTEXT, client) : ROOT_CONTEXT;
}

function doorOf(door: string): Attributes {
  return { 'atrium.door': door };
}

function failed(message: string): { code: SpanStatusCode; message: string } {
  return { code: SpanStatusCode.ERROR, message };
}

/** A code of the rooms; what else is thrown may hold anything. */
function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'failed';
}
