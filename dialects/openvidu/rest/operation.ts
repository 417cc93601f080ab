import type { OvAnswer, OvRequest } from './request.js';

/** A request that has found its operation. */
export interface Asked {
  /** The parts of the path that stand for something. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;
  /** Whether there was a body. */
  readonly hasBody: boolean;
  /** Where the server is reached. @throws Refusal 400 */
  readonly site: () => string;
  /** As it came. */
  readonly request: OvRequest;
}

export interface Operation {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Below `/openvidu/api`, as `/sessions/:session`. `*` at the end stands for whatever follows. */
  readonly path: string;
  /** For everybody, without the secret. */
  readonly isOpen?: boolean;
  /** The session that it is about: served where that is. Undefined: at any node. */
  readonly session?: (asked: Asked) => string | undefined;
  readonly serve: (asked: Asked) => OvAnswer | Promise<OvAnswer>;
}

/** Of the session in the path. */
export const inPath: NonNullable<Operation['session']> = ({ params }) => params.session;

/** The operation of a request. */
export interface Found {
  readonly operation: Operation;
  readonly params: Readonly<Record<string, string>>;
}

/** @returns the methods that there are at the path where none fits; none: nothing is there */
export function findOperation(
  operations: readonly Operation[],
  method: string,
  path: string,
): Found | { readonly methods: readonly string[] } {
  const there = operations.flatMap((operation) => {
    const params = paramsIn(operation.path, path);
    return params ? [{ operation, params }] : [];
  });
  const asked = method === 'HEAD' ? 'GET' : method;
  const found = there.find(({ operation }) => operation.method === asked);
  return found ?? { methods: [...new Set(there.map(({ operation }) => operation.method))] };
}

/** Undefined where the path is another one, or no text. */
function paramsIn(pattern: string, path: string): Readonly<Record<string, string>> | undefined {
  const [wanted, given] = [pattern.split('/'), path.replace(/\/+$/, '').split('/')];
  const isOpenEnded = wanted.at(-1) === '*';
  if (isOpenEnded ? given.length < wanted.length - 1 : given.length !== wanted.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    if (part === '*') return params;
    const text = given[index] ?? '';
    if (!part.startsWith(':')) {
      if (part !== text) return undefined;
      continue;
    }
    try {
      params[part.slice(1)] = decodeURIComponent(text);
    } catch {
      return undefined;
    }
  }
  return params;
}
