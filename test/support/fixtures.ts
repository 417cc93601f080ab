import { readFileSync } from 'node:fs';

/** SDP offers as Chromium makes them today: one to publish audio and video, one to receive both. */
export const publishOffer = read('chromium-publish.sdp');
export const receiveOffer = read('chromium-receive.sdp');

function read(name: string): string {
  return readFileSync(new URL(`../fixtures/${name}`, import.meta.url), 'utf8');
}
