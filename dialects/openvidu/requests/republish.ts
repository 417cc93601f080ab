import { ProtocolError } from '../../session-layer/errors.js';
import type { CallingSession } from '../call.js';

/** Offers the own stream once more over another connection. Its subscriptions stay. @throws ProtocolError */
export async function republish(_session: CallingSession, _sdpOffer: string): Promise<string> {
  return Promise.reject(new ProtocolError(303, 'A stream cannot be published anew under the same id yet'));
}
