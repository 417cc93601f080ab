import { timingSafeEqual } from 'node:crypto';
import { newSessionId } from '../session-layer/session-id.js';

/** As hard to guess as the id of a session, and another one: the id is named in many requests, the token in joinRoom alone. */
export function newResumeToken(): string {
  return newSessionId();
}

/** Takes as long for every token, so that its time tells nothing of the true one. */
export function isSameToken(token: string, given: string): boolean {
  const [one, other] = [Buffer.from(token), Buffer.from(given)];
  return one.length === other.length && timingSafeEqual(one, other);
}
