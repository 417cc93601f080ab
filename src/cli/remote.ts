import { administrator, makeToken } from '../../access/index.js';
import type { z } from 'zod';
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
      'A token with roomAdmin, roomCreate or roomList, or the admin token. Default: ATRIUM_TOKEN, else one that a key signs, else ADMIN_TOKEN.',
  },
  key: { value: 'NAME', meaning: 'The key that signs. Default: the first.' },
  config: { value: 'FILE', meaning: 'The configuration of the server, which has the keys.' },
  dev: { meaning: 'Sign with the key of a server with --dev.' },
  json: { meaning: 'Print one JSON object, for programs.' },
};

/** How long the server has for an answer, in ms. */
const patienceMs = 10_000;
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

  /** @throws UsageError */
  constructor(flags: Flags, args: readonly string[], surroundings: Surroundings) {
    this.given = new GivenFlags(flags, args);
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

  /** Prints the result: an object for programs, or lines for people. */
  print(result: object, lines: readonly string[]): ExitCode {
    const text = this.given.isGiven('json') ? JSON.stringify(result) : lines.join('\n');
    if (text !== '') this.#surroundings.out(`${text}\n`);
    return exitCodes.done;
  }

  async #answerTo({ method, path, query = {}, body, isForOperators = false }: Asked): Promise<unknown> {
    const url = this.#urlOf(path, isForOperators);
    for (const [name, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(name, value);
    const token = isForOperators ? this.#operatorToken() : await this.#token(query.room);
    const headers = {
      ...(token !== '' && { Authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'Content-Type': 'application/json' }),
    };
    let response: Response;
    let text: string;
    try {
      // A redirect would take the token elsewhere.
      response = await fetch(url, {
        method,
        headers,
        redirect: 'error',
        signal: AbortSignal.timeout(patienceMs),
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      text = await response.text();
    } catch (error) {
      throw new CommandError(`${url.origin} cannot be reached: ${causeOf(error)}`, exitCodes.notReachable);
    }
    const answer = jsonIn(text);
    if (response.ok && (text === '' || answer !== undefined)) return answer;
    const detail: unknown = typeof answer === 'object' && answer !== null ? Reflect.get(answer, 'detail') : undefined;
    const isOurs = typeof detail === 'string';
    throw new CommandError(
      isOurs ? detail : `${url.origin}${url.pathname} answers ${response.status}, and not as Atrium does`,
      exitCodes.failed,
    );
  }

  #urlOf(path: string, isForOperators: boolean): URL {
    const base = this.#namedUrl ?? this.#ownUrl(isForOperators);
    if (!/^https?:\/\//.test(base) || !URL.canParse(base)) {
      throw new UsageError('--url must be an http:// or https:// URL');
    }
    const url = new URL(base);
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

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** fetch hides what went wrong. */
export function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return cause instanceof Error && cause.message !== '' ? cause.message : error.message;
}
