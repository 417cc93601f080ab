import type { Frame } from '../../transport/frame.js';
import type { OvConnection } from './model/ov-connection.js';
import type { OvSession } from './model/ov-session.js';
import { MemberSession } from './session.js';

/** Tells pages what no event of the room says, in order with all else that they are told. Of others nobody is told. */
export function tellMembers(to: Iterable<OvConnection>, frame: Frame): void {
  for (const { participant } of to) {
    if (participant?.session instanceof MemberSession) participant.session.tell(frame);
  }
}

/** Those in the session but one. */
export function othersIn(session: OvSession, but: OvConnection): readonly OvConnection[] {
  return session.active.filter((each) => each !== but);
}
