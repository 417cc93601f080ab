import type { z } from 'zod';
import { read as readBy } from '../../options/faults.js';
import type { Participant, RoomErrorCode } from '../../rooms/index.js';
import type { Call, ConnectionCall, NamedSessions, SessionCall } from './call.js';
import { ProtocolError, internalError, invalidParams, invalidSession } from './errors.js';

/** Something that makes a request fail. */
export interface Condition<Code extends number = number> {
  /** What refuses: the domain, by its code, or the protocol, by its number. */
  readonly reason: RoomErrorCode | Code;
  /** For the documentation, and for the transcript that shows it (`# when:`). */
  readonly when: string;
}

/** Why every request may be refused. */
export const commonErrors = [
  { reason: invalidParams, when: 'A member of `params` is missing or of the wrong type: the message names it.' },
  { reason: internalError, when: 'The server failed. Its log says how, the message does not.' },
] as const satisfies readonly Condition[];

/** What a request leads to. */
export interface Outcome<Answer> {
  readonly answer: Answer;
  /** Done in the turn in which the answer is sent, right after it. */
  readonly afterwards?: () => void;
}

type Outcomes<Result extends z.ZodType> = Outcome<z.output<Result>> | Promise<Outcome<z.output<Result>>>;

/** What is declared of each request. */
export interface Definition<
  Code extends number,
  Name extends string,
  Params extends z.ZodObject,
  Result extends z.ZodType,
> {
  readonly name: Name;
  /** Members that it does not name are ignored. */
  readonly params: Params;
  /** Without the `sessionId` that is added to the results of all requests of a session. */
  readonly result: Result;
  readonly summary: string;
  readonly description?: string;
  readonly example: { readonly params: z.input<Params>; readonly result: z.output<Result> };
  /** Why it may be refused, besides what holds for all requests of its scope. */
  readonly errors?: readonly Condition<Code>[];
  /**
   * What the session is told while it runs is sent after the answer
   * (docs/protocols/kurento-room.md#5-ordering-guarantees). Default: false.
   */
  readonly answeredFirst?: boolean;
  /** What these params must fit, where that is narrower than `params`. */
  readonly narrowed?: (given: Given) => z.ZodType<z.output<Params>>;
  /** Params that old clients write beside `params`. Default: none. */
  readonly besideParams?: readonly (keyof z.input<Params> & string)[];
  /** For clients that do not look at the answer. Default: nothing waits. */
  readonly mayWaitMs?: MayWaitMs;
}

/** How long something may wait for other messages where its session is at another node, in ms: so several cost as much as one. */
export interface MayWaitMs {
  readonly request: number;
  readonly answer: number;
}

export interface RoomDefinition<
  C extends ParticipantCall,
  Code extends number,
  Name extends string,
  Params extends z.ZodObject,
  Result extends z.ZodObject,
> extends Definition<Code, Name, Params, Result> {
  /** @throws RoomError, ProtocolError */
  readonly handle: (participant: Participant, params: z.output<Params>, call: C) => Outcomes<Result>;
}

export interface SessionDefinition<
  C extends SessionCall,
  Code extends number,
  Name extends string,
  Params extends z.ZodObject,
  Result extends z.ZodObject,
> extends Definition<Code, Name, Params, Result> {
  /** Params that the session has when the client does not give them. Default: none. */
  readonly fromSession?: (session: C['session']) => Partial<z.input<Params>> | undefined;
  /** @throws RoomError, ProtocolError */
  readonly handle: (call: C, params: z.output<Params>) => Outcomes<Result>;
}

export interface ConnectionDefinition<
  K extends ConnectionCall,
  Code extends number,
  Name extends string,
  Params extends z.ZodObject,
  Result extends z.ZodType,
> extends Definition<Code, Name, Params, Result> {
  /** Whether `sessionId` may name another session than the one of the connection. Default: false. */
  readonly namesAnySession?: boolean;
  /** @throws ProtocolError */
  readonly handle: (call: K, params: z.output<Params>) => Outcomes<Result>;
}

/** A request of a protocol: how it is documented, checked and executed. */
export interface RequestType<
  C extends Call = never,
  Name extends string = string,
  Params extends z.ZodObject = z.ZodObject,
  Result extends z.ZodType = z.ZodType,
  Code extends number = number,
> {
  readonly name: Name;
  readonly params: Params;
  readonly result: Result;
  readonly summary: string;
  readonly description: string | undefined;
  readonly example: { readonly params: z.input<Params>; readonly result: z.output<Result> };
  /** All conditions under which it is refused. */
  readonly errors: readonly Condition<Code>[];
  readonly answeredFirst: boolean;
  readonly besideParams: readonly string[];
  readonly mayWaitMs: MayWaitMs | undefined;
  /**
   * Requests of a session run one after the other and are answered with its id; those about the connection pass them
   * (docs/protocols/kurento-room.md#17-concurrency).
   */
  readonly scope: Scope<C>;
  /**
   * Executes it. Resolves with the result on the wire.
   * @throws RoomError, ProtocolError
   */
  readonly run: (given: Given, call: C) => Promise<unknown>;
}

export type Given = Readonly<Record<string, unknown>>;

type Scope<C extends Call> = C extends SessionCall ? 'session' : 'connection';

/** A call whose session may have a participant; it throws when there is none. */
export interface ParticipantCall extends SessionCall {
  readonly session: SessionCall['session'] & { readonly participant: Participant };
}

/** The conditions that a protocol has for many requests. */
interface UsualConditions<Code extends number> {
  /** For requests of a participant: the session is in no room. */
  readonly outside: readonly Condition<Code>[];
  /** `sessionId` names the session of another connection. */
  readonly foreignSession: Condition<Code>;
  /** For every request. */
  readonly all: readonly Condition<Code>[];
}

/** The makers of the requests of one protocol. */
export function requestMakers<C extends ParticipantCall, K extends ConnectionCall, Code extends number>(
  usual: UsualConditions<Code>,
) {
  /** A request of a session, in a room or not. */
  function sessionRequest<Name extends string, Params extends z.ZodObject, Result extends z.ZodObject>(
    definition: SessionDefinition<C, Code, Name, Params, Result>,
  ): RequestType<C, Name, Params, Result, Code> {
    const { errors = [], fromSession, handle } = definition;
    return {
      ...described(definition, [...errors, usual.foreignSession, ...usual.all]),
      // Its calls are those of sessions, which the compiler cannot see of a type that is not known yet.
      scope: 'session' as Scope<C>,
      run: async (given, call) => {
        assertNotForeign(given.sessionId, () => call.session.id, call.sessions);
        const defaults = fromSession?.(call.session);
        const whole = defaults ? completed(given, defaults) : given;
        const { answer, afterwards } = await handle(call, read(definition, whole));
        call.afterwards = afterwards;
        return { ...answer, sessionId: call.session.id };
      },
    };
  }

  /** A request of a participant: refused while the session is in no room. */
  function roomRequest<Name extends string, Params extends z.ZodObject, Result extends z.ZodObject>(
    definition: RoomDefinition<C, Code, Name, Params, Result>,
  ): RequestType<C, Name, Params, Result, Code> {
    const { errors = [], handle, ...rest } = definition;
    return sessionRequest({
      ...rest,
      errors: [...usual.outside, ...errors],
      handle: (call, params) => handle(call.session.participant, params, call),
    });
  }

  /**
   * A request about the connection: needs no session and does not wait for the requests of one
   * (docs/protocols/kurento-room.md#17-concurrency).
   */
  function connectionRequest<Name extends string, Params extends z.ZodObject, Result extends z.ZodType>(
    definition: ConnectionDefinition<K, Code, Name, Params, Result>,
  ): RequestType<K, Name, Params, Result, Code> {
    const { errors = [], namesAnySession = false, handle } = definition;
    return {
      ...described(definition, [...errors, ...(namesAnySession ? [] : [usual.foreignSession]), ...usual.all]),
      scope: 'connection' as Scope<K>,
      run: async (given, call) => {
        if (!namesAnySession) assertNotForeign(given.sessionId, () => call.link.presentId, call.sessions);
        const { answer, afterwards } = await handle(call, read(definition, given));
        call.afterwards = afterwards;
        return answer;
      },
    };
  }

  return { sessionRequest, roomRequest, connectionRequest };
}

function described<Code extends number, Name extends string, Params extends z.ZodObject, Result extends z.ZodType>(
  definition: Definition<Code, Name, Params, Result>,
  errors: readonly Condition<Code>[],
) {
  const { name, params, result, summary, description, example, mayWaitMs } = definition;
  const { answeredFirst = false, besideParams = [] } = definition;
  return { name, params, result, summary, description, example, answeredFirst, besideParams, mayWaitMs, errors };
}

/** With the defaults that there are in place of what is absent, null or empty. */
function completed(given: Given, defaults: Given): Given {
  const used = Object.entries(defaults).filter(
    ([name, value]) => value !== undefined && (given[name] == null || given[name] === ''),
  );
  return used.length === 0 ? given : { ...given, ...Object.fromEntries(used) };
}

/**
 * Clients may name their session in any request. An id that is no session's means the session of the connection
 * (docs/protocols/kurento-room.md#13-the-session-layer).
 * @throws ProtocolError 40007 for the session of another connection
 */
function assertNotForeign(sessionId: unknown, own: () => string | undefined, sessions: NamedSessions): void {
  if (typeof sessionId !== 'string') return;
  if (sessions.has(sessionId) && sessionId !== own()) {
    throw new ProtocolError(invalidSession, 'The sessionId is not the one of this connection');
  }
}

/** @throws ProtocolError invalid params; the message names what is wrong */
function read<Params extends z.ZodObject>(
  { name, params, narrowed }: Pick<Definition<number, string, Params, z.ZodType>, 'name' | 'params' | 'narrowed'>,
  given: Given,
): z.output<Params> {
  const result = readBy(narrowed?.(given) ?? params, given, 'params');
  if (result.success) return result.data;
  throw new ProtocolError(invalidParams, `${name}: ${result.faults}`);
}

/** The params of each method that are text: clients may give numbers and booleans for them. */
export function textParamsOf(
  requests: readonly Pick<RequestType, 'name' | 'params'>[],
): ReadonlyMap<string, readonly string[]> {
  return new Map(requests.map(({ name, params }) => [name, textsOf(params.shape)]));
}

function textsOf(shape: Readonly<Record<string, z.ZodType>>): string[] {
  return Object.entries(shape).flatMap(([name, schema]) =>
    schema.safeParse('text').success && !schema.safeParse(1).success ? [name] : [],
  );
}
