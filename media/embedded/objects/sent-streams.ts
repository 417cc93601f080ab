import { randomBytes, randomUUID } from 'node:crypto';
import type { SentStreams } from '../sdp/description.js';

/** Names and numbers of the streams that one endpoint sends, new for each endpoint. */
export function newSentStreams(): SentStreams {
  return {
    cname: randomBytes(8).toString('hex'),
    streamId: randomUUID(),
    ssrcs: { audio: randomSsrc(), video: randomSsrc() },
    repairSsrc: randomSsrc(),
  };
}

/** 1 to 2^31: not zero, and not the very high numbers that some stacks reserve for themselves. */
function randomSsrc(): number {
  return (randomBytes(4).readUInt32BE(0) >>> 1) + 1;
}
