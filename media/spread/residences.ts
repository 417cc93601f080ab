import { Branch } from './branch.js';

/** Where the endpoints and filters of one member are. */
interface Residence {
  branch: Branch | Promise<Branch>;
  uses: number;
}

/** Which part of a pipeline each member is in: one, as long as the member has anything. */
export class Residences {
  readonly #all = new Map<string, Residence>();

  /**
   * One more thing of that member. `leave` takes it back; it may be called again.
   * @param settle finds a place for a member that has nothing yet. Without a promise where it can: then what is asked for next knows of this
   */
  moveIn(
    member: string,
    settle: () => Branch | Promise<Branch>,
  ): { readonly branch: Branch | Promise<Branch>; readonly leave: () => void } {
    const residence = this.#all.get(member) ?? this.#settled(member, settle());
    residence.uses += 1;
    let isOver = false;
    const leave = (): void => {
      if (isOver) return;
      isOver = true;
      residence.uses -= 1;
      if (residence.uses === 0) this.#forget(member, residence);
    };
    return { branch: residence.branch, leave };
  }

  /** Those that were there need another place. */
  branchLost(branch: Branch): void {
    for (const [member, residence] of this.#all) if (residence.branch === branch) this.#forget(member, residence);
  }

  clear(): void {
    this.#all.clear();
  }

  #settled(member: string, branch: Branch | Promise<Branch>): Residence {
    const residence = { branch, uses: 0 };
    this.#all.set(member, residence);
    if (branch instanceof Branch) return residence;
    branch.then(
      (found) => {
        residence.branch = found;
      },
      // Those that wait for it are told by their calls.
      () => undefined,
    );
    return residence;
  }

  #forget(member: string, residence: Residence): void {
    if (this.#all.get(member) === residence) this.#all.delete(member);
  }
}
