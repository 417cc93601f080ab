import { ProtocolError } from '../session-layer/errors.js';

/** A page gives a request up after 10 s, in ms. */
const usualMs = 8_000;

/**
 * A negotiation of media, which a media server may leave unanswered for longer than a page waits.
 * @param giveUp ends it: nothing of it may remain
 * @throws ProtocolError 301; rejects as the negotiation
 */
export async function inTime<Result>(
  negotiation: Promise<Result>,
  giveUp: () => void,
  mostMs = usualMs,
): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new ProtocolError(301, 'The media server did not answer in time'));
      giveUp();
    }, mostMs);
  });
  try {
    return await Promise.race([negotiation, late]);
  } finally {
    clearTimeout(timer);
  }
}
