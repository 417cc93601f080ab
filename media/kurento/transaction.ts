import { z } from 'zod';
import { MediaError } from '../errors.js';
import { answer } from './messages.js';

/** One request of a transaction. `newref:0` in its parameters stands for the value of the first request. */
export interface InnerRequest {
  readonly method: 'create' | 'invoke' | 'release';
  readonly params: object;
}

export type Outcome = { readonly value: unknown } | { readonly error: unknown };

const innerAnswer = z.union([
  z.object({ error: z.object({ code: z.int(), message: z.string() }).loose() }),
  z.object({ result: answer }),
]);
const transactionAnswer = z.object({ value: z.array(innerAnswer) });

/** Several requests in one: the media server runs all of them or, up to the first that fails, a part (docs/protocols/kurento-media.md#39-transaction). */
export function transactionOf(requests: readonly InnerRequest[]): object {
  return { operations: requests.map((request, id) => ({ jsonrpc: '2.0', id, ...request })) };
}

/** What became of each. What follows a failure was not run, and is not here. @throws MediaError */
export function outcomesOf(raw: unknown): Outcome[] {
  const { data } = transactionAnswer.safeParse(raw);
  if (!data) throw new MediaError('engine-error', 'transaction: the media server answered something odd');
  return data.value.map((each) => ('error' in each ? { error: each.error } : { value: each.result.value }));
}
