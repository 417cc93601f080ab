import { payer } from '../../transport/gate/account.js';
import type { Account } from '../../transport/gate/account.js';
import type { DoorStage } from './stage.js';

/** What clients make the server tell, by their accounts. */
export class Charges {
  readonly #accounts: { charged: number }[] = [];

  constructor({ service }: DoorStage) {
    const { gate } = service.doors;
    const make = gate.account.bind(gate);
    gate.account = (budget) => {
      const account = make(budget);
      this.#accounts.push(counted(account));
      return account;
    };
  }

  /** How many accounts there are. */
  get size(): number {
    return this.#accounts.length;
  }

  /** Charged to the accounts from this one on. */
  from(first: number): number {
    return this.#accounts.slice(first).reduce((sum, { charged }) => sum + charged, 0);
  }
}

function counted(account: Account): { charged: number } {
  const counter = { charged: 0 };
  const charge = account.charge.bind(account);
  account.charge = (bytes) => {
    // The answers to polls are charged apart.
    if (payer() === account) counter.charged += bytes;
    charge(bytes);
  };
  return counter;
}
