import type { CallingSession } from '../call.js';
import { inTime } from '../within.js';
import { forcedOffer } from './negotiation.js';
import type { Present } from './sender.js';

/** Receives what somebody publishes, in place of what was received of them before. @throws as `Participant.subscribe`, ProtocolError 301, 800 */
export async function receive(session: CallingSession, from: Present, sdpOffer: string): Promise<string> {
  const { participant, connection, ovSession } = session;
  const answer = await inTime(
    participant.subscribe(from.participant, forcedOffer(sdpOffer, ovSession), {
      connectionFailed: session.connectionFailed(from.connection.id),
    }),
    () => {
      if (!participant.closed) participant.unsubscribe(from.participant);
    },
  );
  connection.subscribed(from.connection);
  return answer;
}
