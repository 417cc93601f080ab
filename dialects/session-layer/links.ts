import type { Accept } from '../../transport/doors.js';
import { tokenOfRequest } from '../../access/index.js';
import type { LayerContext } from './layer.js';
import { Link } from './link.js';

/** The connections of one protocol: each has a link to the session that uses it. */
export class Links {
  readonly #links = new Set<Link>();

  get size(): number {
    return this.#links.size;
  }

  /** What a door does with its connections. */
  accepting(context: LayerContext): Accept {
    return (connection, request) => {
      const link = new Link({ connection, token: tokenOfRequest(request) }, context, () => {
        this.#links.delete(link);
      });
      this.#links.add(link);
      connection.listen(link);
    };
  }

  /** All end, and their clients come back to another process. */
  suspend(): void {
    for (const link of [...this.#links]) link.suspend();
  }

  /** So many end, the oldest first. */
  sendAway(count: number): void {
    const open = [...this.#links].filter(({ isOpen }) => isOpen);
    for (const link of open.slice(0, count)) link.suspend();
  }
}
