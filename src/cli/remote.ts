import { administrator, makeToken } from '../../access/index.js';
import type { z } from 'zod';
import { causeOf } from '../cause-of.js';
import { readConfig } from '../config.js';
import { adminReachedAt, reachedAt } from '../health-check.js';
import { CommandError, GivenFlags, UsageError, exitCodes } from './command.js';
import type { ExitCode, Flags, Surroundings } from './command.js';
import { configArgs, keyIn } from './token-create.js';

/** Of every command that asks a server. */
export const remoteFlags: Flags = {
  url: {
    value: 'URL',
    meaning:
      'The server, with its path prefix. Default: ATRIUM_URL, else the server of the same configuration on this machine.',
  },
  token: {
    value: 'TOKEN',
    meaning:
      'A token with roomAdmin, roomCreate, roomList or roomRecord, or the admin token. Default: ATRIUM_TOKEN, else one that a key signs, else ADMIN_TOKEN.',
  },
  key: { value: 'NAME', meaning: 'The key that signs. Default: the first.' },
  config: { value: 'FILE', meaning: 'The configuration of the server, which has the keys.' },
  dev: { meaning: 'Sign with the key of a server with --dev.' },
  json: { meaning: 'Print one JSON object, for programs.' },
};

const { url, config, json } = remoteFlags;
/** Of a command that ADMIN_PORT serves, or the bearer of the admin token alone. */
export const operatorFlags: Flags = {
  ...(url && { url }),
  token: {
    value: 'TOKEN',
    meaning: 'The admin token. Default: ATRIUM_TOKEN, else ADMIN_TOKEN. ADMIN_PORT needs none.',
  },
  ...(config && { config }),
  ...(json && { json }),
};

/** How long the server has for an answer, and for each piece of a file, in ms. To stop a recording may take it 10 s. */
const patienceMs = 15_000;
/** How long the tokens are valid that are made for one request, in s. */
const validForS = 60;

/** What a request is about. */
export interface Asked {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Below /api/v1. */
  readonly path: string;
  /** Undefined members are left out. */
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly body?: unknown;
  /** Whether it is asked of ADMIN_PORT where there is one, and else with the admin token. */
  readonly isForOperators?: boolean;
}

/** The server that a command asks over REST. */
export class Remote {
  readonly given: GivenFlags;
  readonly #surroundings: Surroundings;

  /** @param how as of `GivenFlags`. @throws UsageError */
  constructor(
    flags: Flags,
    args: readonly string[],
    surroundings: Surroundings,
    how?: { readonly hasOperand: boolean },
  ) {
    this.given = new GivenFlags(flags, args, how);
    this.#surroundings = surroundings;
  }

  /** @throws UsageError when a flag that the command needs is not given */
  needed(flag: string): string {
    const value = this.given.text(flag);
    if (value === undefined || value === '') throw new UsageError(`--${flag} is needed`);
    return value;
  }

  /**
   * @returns the answer, as the schema has it; an empty one is undefined
   * @throws CommandError when the server refuses or cannot be reached; UsageError, ConfigError
   */
  async ask<Schema extends z.ZodType>(asked: Asked, schema: Schema): Promise<z.output<Schema>> {
    const { success, data } = schema.safeParse(await this.#answerTo(asked));
    if (success) return data;
    const why = 'it needs a token that shows more (roomAdmin), or its version is another one';
    throw new CommandError(`The server answers something else than expected: ${why}`, exitCodes.failed);
  }

  /** The bytes of a file, as they come. @throws CommandError as `ask`, also while they come */
  async *bytesOf(path: string): AsyncGenerator<Uint8Array> {
    const waits = new AbortController();
    const giveUp = (): NodeJS.Timeout =>
      setTimeout(() => {
        waits.abort(new Error('it does not answer'));
      }, patienceMs);
    let timer = giveUp();
    try {
      const response = await this.#fetch({ method: 'GET', path }, waits.signal);
      if (!response.ok) throw refusal(response, await response.text());
      if (!response.body) return;
      for await (const bytes of response.body) {
        clearTimeout(timer);
        timer = giveUp();
        yield bytes;
      }
    } catch (error) {
      if (error instanceof CommandError) throw error;
      throw new CommandError(`${path} has not come whole: ${causeOf(error)}`, exitCodes.notReachable);
    } finally {
      clearTimeout(timer);
      waits.abort();
    }
  }

  /** Prints the result: an object for programs, or lines for people. */
  print(result: object, lines: readonly string[]): ExitCode {
    const text = this.given.isGiven('json') ? JSON.stringify(result) : lines.join('\n');
    if (text !== '') this.#surroundings.out(`${text}\n`);
    return exitCodes.done;
  }

  async #answerTo(asked: Asked): Promise<unknown> {
    const response = await this.#fetch(asked, AbortSignal.timeout(patienceMs));
    const text = await response.text().catch((error: unknown) => {
      throw notReachable(response.url, error);
    });
    const answer = jsonIn(text);
    if (response.ok && (text === '' || answer !== undefined)) return answer;
    throw refusal(response, text);
  }

  /** @throws CommandError */
  async #fetch(
    { method, path, query = {}, body, isForOperators = false }: Asked,
    signal: AbortSignal,
  ): Promise<Response> {
    const url = this.#urlOf(path, isForOperators);
    for (const [name, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(name, value);
    const token = isForOperators ? this.#operatorToken() : await this.#token(query.room);
    const headers = {
      ...(token !== '' && { Authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'Content-Type': 'application/json' }),
    };
    try {
      return await fetch(url, {
        ...{ method, headers, signal },
        // A redirect would take the token elsewhere.
        redirect: 'error',
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
    } catch (error) {
      throw notReachable(url.href, error);
    }
  }

  #urlOf(path: string, isForOperators: boolean): URL {
    const url = new URL(checkedUrl(this.#namedUrl ?? this.#ownUrl(isForOperators)));
    url.pathname = `${url.pathname.replace(/\/+$/, '')}/api/v1/${path}`;
    url.search = '';
    url.hash = '';
    return url;
  }

  get #namedUrl(): string | undefined {
    return this.given.text('url') ?? this.#surroundings.env.ATRIUM_URL;
  }

  #ownUrl(isForOperators: boolean): string {
    const config = readConfig(configArgs(this.given), this.#surroundings.env);
    return (isForOperators ? adminReachedAt(config) : undefined) ?? reachedAt(config);
  }

  /** Empty where there is none, as ADMIN_PORT needs none. */
  #operatorToken(): string {
    const { env } = this.#surroundings;
    return this.given.text('token') ?? env.ATRIUM_TOKEN ?? readConfig(configArgs(this.given), env).adminToken;
  }

  async #token(room: string | undefined): Promise<string> {
    const { env, now } = this.#surroundings;
    const token = this.given.text('token') ?? env.ATRIUM_TOKEN;
    if (token !== undefined && token !== '') return token;
    const { adminToken } = readConfig(configArgs(this.given), env);
    const key = keyIn(this.given, env, { isNeeded: adminToken === '' });
    if (!key) return adminToken;
    const grants = administrator.grantsIn(room ?? '');
    return makeToken({ ...key, room, identity: undefined, grants, validForS }, now());
  }
}

/** The address of a server in a flag, without a slash at the end. @throws UsageError */
export function urlIn(given: GivenFlags, flag: string): string | undefined {
  const url = given.text(flag);
  return url === undefined ? undefined : checkedUrl(url, flag);
}

/** @throws UsageError */
export function checkedUrl(url: string, flag = 'url'): string {
  if (!/^https?:\/\//.test(url) || !URL.canParse(url)) {
    throw new UsageError(`--${flag} must be an http:// or https:// URL`);
  }
  return url.replace(/\/+$/, '');
}

/** @param text its body */
function refusal({ url, status }: Response, text: string): CommandError {
  const answer = jsonIn(text);
  const detail: unknown = typeof answer === 'object' && answer !== null ? Reflect.get(answer, 'detail') : undefined;
  const { origin, pathname } = new URL(url);
  const odd = `${origin}${pathname} answers ${status}, and not as Atrium does`;
  return new CommandError(typeof detail === 'string' ? detail : odd, exitCodes.failed);
}

function notReachable(url: string, error: unknown): CommandError {
  return new CommandError(`${new URL(url).origin} cannot be reached: ${causeOf(error)}`, exitCodes.notReachable);
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
