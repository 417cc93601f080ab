import type { CallingSession } from '../call.js';
import { inTime } from '../within.js';
import { forcedOffer } from './negotiation.js';

/** Offers the own stream once more over another connection. Those who receive it go on. @throws as `Participant.reopen`, ProtocolError 301, 800 */
export async function republish({ participant, ovSession }: CallingSession, sdpOffer: string): Promise<string> {
  return inTime(participant.reopen(forcedOffer(sdpOffer, ovSession)), () => {
    // Whatever comes of it: the page tries again, which begins once this has ended.
  });
}
