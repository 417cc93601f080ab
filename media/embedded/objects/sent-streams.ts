import { randomInt, randomUUID } from 'node:crypto';
import type { SentStreams } from '../sdp/description.js';

/** Names and numbers of the streams that one endpoint sends, new for each endpoint. Node keeps random bytes in stock for what is called here. */
export function newSentStreams(): SentStreams {
  return {
    cname: randomUUID().slice(-17).replace('-', ''),
    streamId: randomUUID(),
    ssrcs: { audio: randomSsrc(), video: randomSsrc() },
    repairSsrc: randomSsrc(),
  };
}

/** 1 to 2^31: not zero, and not the very high numbers that some stacks reserve for themselves. */
function randomSsrc(): number {
  return randomInt(1, 2 ** 31 + 1);
}
