import { createHash, timingSafeEqual } from 'node:crypto';
import { isShowable } from '../../rooms/index.js';
import { Refusal, TurnedAway, closeCodes } from './errors.js';
import { isClientName } from './identity.js';
import { requests01 } from './groups-version.js';
import { identify } from './messages.js';
import type { Identification } from './messages.js';
import { checked, readPayload } from './payload.js';
import { requests02 } from './services-version.js';
import { versionNameOf } from './version-name.js';
import type { VersionName, VersionRules } from './version-name.js';

export interface AdmissionRules extends VersionRules {
  /** Empty: clients need no secret. */
  readonly secret: string;
  readonly isTaken: (name: string) => boolean;
}

const known: ReadonlySet<string> = new Set([...requests01.types, ...requests02.types]);

/** Checks the first payload, in the order of docs/protocols/concierge.md#2-identification. @throws TurnedAway */
export function readIdentification(
  text: string,
  rules: AdmissionRules,
): Identification & { readonly versionName: VersionName } {
  const given = decode(text);
  if (!isClientName(given.name)) throw new TurnedAway(closeCodes.badAuth, 'The name is not allowed');
  const labels = [given.nickname ?? '', ...(given.tags ?? [])];
  if (!labels.every((label) => isShowable(label))) {
    throw new TurnedAway(closeCodes.badAuth, 'The nickname or a tag is not allowed');
  }
  if (rules.secret !== '' && !isSecret(given.secret ?? '', rules.secret)) {
    throw new TurnedAway(closeCodes.badSecret, 'Wrong secret');
  }
  const versionName = versionNameOf(given.version, rules);
  if (!versionName) throw new TurnedAway(closeCodes.badVersion, `Version ${given.version.slice(0, 20)} is not served`);
  if (rules.isTaken(given.name)) throw new TurnedAway(closeCodes.duplicateAuth, 'The name is in use');
  return { ...given, versionName };
}

function decode(text: string): Identification {
  try {
    const payload = readPayload(text);
    if (payload.type === 'IDENTIFY') return checked(identify, payload);
    if (known.has(payload.type)) throw new TurnedAway(closeCodes.noAuth, 'IDENTIFY must come first');
    throw new Refusal('protocol', 'unknown type');
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new TurnedAway(closeCodes.fatalDecode, error.subject);
  }
}

/** Compares in constant time, so that the time does not tell how much of the secret is right. */
function isSecret(given: string, secret: string): boolean {
  return timingSafeEqual(digest(given), digest(secret));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
