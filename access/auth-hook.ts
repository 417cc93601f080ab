import { z } from 'zod';
import { Durations } from '../durations.js';
import type { Log } from '../log.js';
import { RoomError, cleanedName, roles } from '../rooms/index.js';
import type { AccessAnswer, AccessRequest, Authorize, Grants } from '../rooms/index.js';
import { boundedFetch } from './bounded-fetch.js';
import type { BoundedAnswer } from './bounded-fetch.js';
import { identityClaim } from './claims.js';
import { grantsOf, roleClaim, videoGrant } from './grant-claims.js';
import { signedPost } from './signed-post.js';

type Action = AccessRequest['action'];

/** The options of the service that is asked (docs/access.md#a-service-of-yours). */
export interface AuthHookSettings {
  /** Empty: nobody is asked. */
  readonly authHookUrl: string;
  readonly authHookKey: string;
  readonly authHookTimeoutMs: number;
  readonly authHookFailure: 'deny' | 'allow';
  readonly authHookActions: readonly Action[];
  readonly keys: ReadonlyMap<string, string>;
}

/** Questions that may wait for an answer. */
const maxWaiting = 200;
const maxAnswerBytes = 16_384;
/** The longest reason that a person is shown, in characters. */
const maxReasonLength = 200;

const text = z.string().nullish();
const answerSchema = z.object({
  allow: z.boolean(),
  reason: text,
  grants: z.union([roleClaim.transform((role) => roles[role]), videoGrant.transform(grantsOfAnswer)]).nullish(),
  identity: identityClaim,
  name: text,
  metadata: text,
  attributes: z.record(z.string(), z.string()).nullish(),
});
type Answer = z.output<typeof answerSchema>;

/** Asks a service of the operator, over HTTP, whether a client may do something. */
export class AuthHook {
  /** How long answers took, by what came of them. */
  readonly times = { allowed: new Durations(), refused: new Durations(), failed: new Durations() };
  readonly #settings: AuthHookSettings;
  readonly #log: Log;
  readonly #now: () => number;
  readonly #closing = new AbortController();
  #waiting = 0;

  /** @param now the time in ms since 1970 */
  constructor(settings: AuthHookSettings, log: Log, now: () => number) {
    this.#settings = settings;
    this.#log = log;
    this.#now = now;
  }

  close(): void {
    this.#closing.abort();
  }

  /**
   * For the rooms. A join that opens a room is two actions; the service is asked about each that it is for.
   * @throws RoomError `not-allowed`; `room-refused` when too many questions wait
   */
  readonly authorize: Authorize = (request) => {
    const { authHookUrl, authHookActions } = this.#settings;
    if (authHookUrl === '') return undefined;
    const { action, opens } = request;
    const actions: readonly Action[] = action === 'join' && opens ? ['open', 'join'] : [action];
    const asked = actions.filter((each) => authHookActions.includes(each));
    return asked.length === 0 ? undefined : this.#askAll(request, asked);
  };

  async #askAll(request: AccessRequest, actions: readonly Action[]): Promise<AccessAnswer | undefined> {
    const answers = await Promise.all(actions.map((action) => this.#ask(request, action)));
    return actions.at(-1) === 'join' ? answers.at(-1) : undefined;
  }

  async #ask(request: AccessRequest, action: Action): Promise<AccessAnswer | undefined> {
    if (this.#waiting >= maxWaiting) {
      const message = 'The server asks too many questions about clients at the moment; try again';
      throw new RoomError('room-refused', message, { retry: true, details: { reason: 'capacity' } });
    }
    this.#waiting += 1;
    const began = performance.now();
    let answer: Answer;
    try {
      answer = readAnswer(await this.#post(questionOf(request, action)));
    } catch (error) {
      this.times.failed.took(performance.now() - began);
      this.#failed(request, action, error);
      return undefined;
    } finally {
      this.#waiting -= 1;
    }
    this.times[answer.allow ? 'allowed' : 'refused'].took(performance.now() - began);
    if (answer.allow) return accessOf(answer);
    const reason = cleanedName(answer.reason ?? '', maxReasonLength);
    throw new RoomError('not-allowed', reason === '' ? 'You may not do that here' : reason);
  }

  async #post(question: object): Promise<BoundedAnswer> {
    const { authHookUrl, authHookKey, authHookTimeoutMs, keys } = this.#settings;
    const content = { body: JSON.stringify(question), type: 'application/json' };
    const post = await signedPost(content, { name: authHookKey, secret: keys.get(authHookKey) ?? '' }, this.#now());
    const bounds = { timeoutMs: authHookTimeoutMs, maxBytes: maxAnswerBytes, signal: this.#closing.signal };
    return boundedFetch(authHookUrl, post, bounds);
  }

  /** @throws RoomError unless a failure allows */
  #failed({ room }: AccessRequest, action: Action, error: unknown): void {
    const { authHookFailure: failure } = this.#settings;
    const reason = error instanceof Error ? error.message : String(error);
    const outcome = failure === 'allow' ? 'allowed' : 'refused';
    this.#log.warn('the service at AUTH_HOOK_URL failed', { action, room, reason, outcome });
    if (failure === 'allow') return;
    const message = 'Whether you may do that cannot be found out at the moment; try again';
    throw new RoomError('not-allowed', message, { retry: true, cause: error });
  }
}

/** What the service reads. Members that are not known are absent. */
function questionOf(request: AccessRequest, action: Action): object {
  const { room, bearer, id, attributes, sources, kinds, publisher, stream } = request;
  const { identity, name = attributes.displayName, address = '', claims, credential } = bearer;
  const door = attributes.dialect;
  return { action, door, room, address, identity, name, id, claims, credential, sources, kinds, publisher, stream };
}

/** @throws Error in a few words when it is none */
function readAnswer({ status, text: given }: BoundedAnswer): Answer {
  if (status === 401 || status === 403) return { allow: false };
  if (status !== 200) throw new Error(`it answers ${status}`);
  const { data } = answerSchema.safeParse(parsed(given));
  if (!data) throw new Error('it answers with something else than {"allow", …}');
  return data;
}

function parsed(given: string): unknown {
  try {
    return JSON.parse(given) as unknown;
  } catch {
    return undefined;
  }
}

function accessOf({ grants, identity, name, metadata, attributes }: Answer): AccessAnswer {
  const shown = cleanedName(name ?? '');
  return {
    ...(grants && { grants }),
    ...(identity && { identity }),
    ...(shown !== '' && { name: shown }),
    ...(typeof metadata === 'string' && { metadata }),
    ...(attributes && { tags: attributes }),
  };
}

/** The service has allowed the join, whether or not its grants say so. */
function grantsOfAnswer(grant: z.output<typeof videoGrant>): Grants {
  return { ...grantsOf(grant, undefined), roomJoin: true };
}
