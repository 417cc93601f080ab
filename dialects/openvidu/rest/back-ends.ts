import { STATUS_CODES } from 'node:http';
import type { DoorFigures } from '../../../transport/door-figures.js';
import type { BackEndLogin } from './back-end-login.js';
import { parsedBody } from './body.js';
import { findOperation } from './operation.js';
import type { Asked, Operation } from './operation.js';
import type { Places } from './places.js';
import { Refusal, notFound, refusalOf } from './refusal.js';
import type { OvAnswer, OvRequest } from './request.js';
import { publicSite } from './site.js';

export interface BackEndsContext {
  readonly operations: readonly Operation[];
  readonly login: BackEndLogin;
  readonly places: Places;
  /** Empty: as each request names it. */
  readonly publicUrl: string;
  readonly figures: Pick<DoorFigures, 'answered'>;
  readonly now: () => number;
  /** Called with what an operation threw that it should not. */
  readonly onDefect: (operation: string, error: unknown) => void;
}

/** Answers back ends, whatever their requests come over. */
export class BackEnds {
  readonly #context: BackEndsContext;

  constructor(context: BackEndsContext) {
    this.#context = context;
  }

  /** Never rejects. @param isPassed another node has passed it on: it is served here */
  async serve(request: OvRequest, isPassed = false): Promise<OvAnswer> {
    const began = performance.now();
    let named = 'other';
    const answered = (status: number): void => {
      const error = status < 400 ? undefined : String(status);
      this.#context.figures.answered(named, performance.now() - began, error);
    };
    try {
      const found = this.#find(request);
      named = `${found.operation.method} ${found.operation.path}`;
      const answer = await this.#serve(request, found, isPassed);
      answered(answer.status);
      return answer;
    } catch (error) {
      const refusal = refusalOf(error);
      if (!refusal) this.#context.onDefect(named, error);
      const told = refusal ?? new Refusal(500, 'The server failed to answer');
      answered(told.status);
      return refused(told, request.path, this.#context.now());
    }
  }

  /** The secret is asked for first, so that strangers do not learn what there is. @throws Refusal 401, 404, 405, 429 */
  #find({ method, path, authorization, network }: OvRequest) {
    const found = findOperation(this.#context.operations, method, path);
    if (!('operation' in found && found.operation.isOpen === true)) {
      this.#context.login.check(authorization, network);
    }
    if ('operation' in found) return found;
    if (found.methods.length === 0) throw notFound('Nothing is served at this path');
    const methods = found.methods.join(', ');
    throw new Refusal(405, `There are ${methods} here`, { Allow: methods });
  }

  async #serve(
    request: OvRequest,
    { operation, params }: { readonly operation: Operation; readonly params: Asked['params'] },
    isPassed: boolean,
  ): Promise<OvAnswer> {
    const { places, publicUrl } = this.#context;
    const reads = operation.method === 'GET';
    const asked: Asked = {
      ...{ params, query: request.query, body: reads ? {} : parsedBody(request.body) },
      hasBody: request.body.trim() !== '',
      request,
      site: () => publicSite(publicUrl, request.site),
    };
    const session = operation.session?.(asked);
    const here = async (): Promise<OvAnswer> => operation.serve(asked);
    if (session === undefined) return here();
    return places.serve({ session, request, changes: !reads, isPassed }, here);
  }
}

/** In the form of the original. A session that is there already has no words: its client looks at the status alone. */
function refused({ status, message, headers }: Refusal, path: string, now: number): OvAnswer {
  const told = { timestamp: now, status, error: reasonOf(status), message, path: `/openvidu/api${path}` };
  return { status, headers: { ...headers }, ...(status !== 409 && { json: told }) };
}

function reasonOf(status: number): string {
  return STATUS_CODES[status] ?? '';
}
