import type { AuditEntry } from '../rooms/index.js';
import type { Component } from './schemas.js';
import type { Handlers } from './operations.js';
import { Problem } from './problem.js';

/** How the server is told to end. */
export interface Drains {
  /** Without `seconds`: after the time of the configuration. */
  begin(wish: Component<'DrainWish'>): Component<'Drain'>;
  /** False when it is not under way, or too late. */
  takeBack(): boolean;
}

export function drainHandlers(
  drains: Drains,
  audit: (entry: AuditEntry) => void,
): Handlers<'beginDrain' | 'takeDrainBack'> {
  const tell = (action: string, outcome: AuditEntry['outcome']): void => {
    audit({ actor: 'admin', action, room: '', target: '', outcome });
  };
  return {
    beginDrain: (_input, _asking, wish) => {
      tell('drain', 'done');
      return { status: 202, body: drains.begin(wish) };
    },
    takeDrainBack: () => {
      const isTaken = drains.takeBack();
      tell('takeDrainBack', isTaken ? 'done' : 'refused');
      if (!isTaken) throw new Problem('conflict', 'The server is not about to end, or it is too late');
      return { status: 204, body: undefined };
    },
  };
}
