/** The node that serves the clients of a world: this one, or another one. Undefined: nobody at the moment. */
export type WorldOwner = 'here' | OtherNode | undefined;

export interface OtherNode {
  readonly node: string;
  /** Its NODE_URL; empty without. */
  readonly url: string;
}

/** Says which node serves the clients of a world. */
export interface WorldOwners {
  /** Must not reject. */
  ownerOf(world: string): WorldOwner | Promise<WorldOwner>;
  /** That node does not answer, or says that it does not serve them. */
  mistaken(world: string, node: string): void;
}
