import type { RoomJournal } from '../journal.js';
import { KeptSessions } from './kept-sessions.js';
import type { FormerSessions } from './kept-sessions.js';
import { LogBegin } from './log-begin.js';
import { OverLines } from './over-lines.js';
import { OwnerGateways } from './owner-gateways.js';
import { OwnerLines } from './owner-lines.js';
import { OwnerMembers } from './owner-members.js';
import type { JournaledRoom, OwnerContext } from './owner-room.js';
import { OwnerPassing } from './owner-passing.js';
import { OwnerTurn } from './owner-turn.js';

/** What the owner of a room has of its sessions: each part knows one thing of them. */
export interface OwnerParts {
  readonly journal: RoomJournal;
  readonly kept: KeptSessions;
  readonly members: OwnerMembers;
  readonly lines: OwnerLines;
  readonly over: OverLines;
  readonly gateways: OwnerGateways;
  readonly turn: OwnerTurn;
  readonly passing: OwnerPassing;
  readonly logBegin: LogBegin;
}

/** @param former what the former owner has left */
export function ownerParts(context: OwnerContext, room: JournaledRoom, former: FormerSessions): OwnerParts {
  const { journal } = room;
  const kept = new KeptSessions(journal);
  const members = new OwnerMembers(kept);
  const lines = new OwnerLines();
  const over = new OverLines(
    former.over,
    kept,
    () => context.clock.now(),
    () => {
      journal.touch();
    },
  );
  const gateways = new OwnerGateways(context, room, lines, over, kept);
  const turn = new OwnerTurn(context.textOf, members);
  const passing = new OwnerPassing(context, room, members, gateways);
  const logBegin = new LogBegin(former.told?.at, journal.log, members, kept);
  return { journal, kept, members, lines, over, gateways, turn, passing, logBegin };
}
