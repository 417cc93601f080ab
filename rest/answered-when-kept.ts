import type { Asking, Handlers, OperationName } from './operations.js';
import { operations } from './operations.js';

/** Resolves when what has changed in a room in this turn is kept where rooms are kept besides. @throws RoomError when it is lost */
export type Kept = (room: string) => Promise<void>;

type Handler = (input: unknown, asking: Asking, body: unknown) => unknown;

/** The same operations. Those that change a room are answered when the change cannot be lost any more. */
export function answeredWhenKept<Name extends OperationName>(handlers: Handlers<Name>, kept: Kept): Handlers<Name> {
  const wrapped = Object.entries(handlers as Record<string, Handler>).map(([name, handler]): [string, Handler] => {
    if (operations[name as OperationName].method === 'get') return [name, handler];
    return [
      name,
      async (input, asking, body) => {
        const answer = await handler(input, asking, body);
        await kept(textIn(input, 'room') ?? textIn(body, 'name') ?? '');
        return answer;
      },
    ];
  });
  // Each handler has the place and the type that it had.
  return Object.fromEntries(wrapped) as Handlers<Name>;
}

function textIn(from: unknown, member: string): string | undefined {
  const value: unknown = typeof from === 'object' && from !== null ? Reflect.get(from, member) : undefined;
  return typeof value === 'string' ? value : undefined;
}
