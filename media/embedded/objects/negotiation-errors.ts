import { InvalidSdp } from '../sdp/sdp-reader.js';
import { NothingServed, OutOfTurn } from '../sdp/sdp-exchange.js';
import { TransportRefused } from './endpoint-transport.js';
import type { KurentoCode } from './kurento-error.js';
import { KurentoError } from './kurento-error.js';

const codeOfTurn = {
  'already-negotiated': 40208,
  'nothing-offered': 40209,
  'already-answered': 40210,
} as const satisfies Record<OutOfTurn['reason'], KurentoCode>;

/**
 * Runs one step of a negotiation and gives its failures the codes of a Kurento Media Server (Kurento media protocol §11).
 * A defect of ours passes through.
 * @param refused The code of this step for a description that is valid and cannot be served.
 * @throws KurentoError
 */
export function withKurentoCodes<T>(refused: 40204 | 40205 | 40206, step: () => T): T {
  try {
    return step();
  } catch (error) {
    if (error instanceof InvalidSdp) throw new KurentoError(40201, error.message, { cause: error });
    if (error instanceof OutOfTurn) throw new KurentoError(codeOfTurn[error.reason], error.message, { cause: error });
    if (error instanceof NothingServed || error instanceof TransportRefused) {
      throw new KurentoError(refused, error.message, { cause: error });
    }
    throw error;
  }
}
