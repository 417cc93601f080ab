import { createHash, timingSafeEqual } from 'node:crypto';
import { shown } from '../../options/expected.js';
import { isShowable } from '../../rooms/index.js';
import { Refusal, TurnedAway, closeCodes } from './errors.js';
import { isClientName } from './identity.js';
import { requests01 } from './groups-version.js';
import { requestsOfJune } from './june-version.js';
import { identify, identifyOfJune } from './messages.js';
import type { Identification } from './messages.js';
import { checked, readPayload } from './payload.js';
import type { TypeMember } from './payload.js';
import { requests02 } from './services-version.js';
import { versionNameOf } from './version-name.js';
import type { VersionName, VersionRules } from './version-name.js';

export interface AdmissionRules extends VersionRules {
  /** Empty: clients need no secret. */
  readonly secret: string;
  readonly isTaken: (name: string) => boolean;
}

const known: ReadonlySet<string> = new Set([...requestsOfJune.types, ...requests01.types, ...requests02.types]);

/** Checks the first payload, in the order of docs/protocols/concierge.md#2-identification. @throws TurnedAway */
export function readIdentification(
  text: string,
  rules: AdmissionRules,
): Identification & { readonly versionName: VersionName } {
  const typeMember = typeMemberOf(text);
  const given = decode(text, typeMember);
  if (!isClientName(given.name))
    throw new TurnedAway(closeCodes.badAuth, 'The name is empty, too long, or holds invisible characters');
  const labels = [given.nickname ?? '', ...(given.tags ?? [])];
  if (!labels.every((label) => isShowable(label))) {
    throw new TurnedAway(closeCodes.badAuth, 'The nickname or a tag is too long, or holds invisible characters');
  }
  if (rules.secret !== '' && !isSecret(given.secret ?? '', rules.secret)) {
    throw new TurnedAway(closeCodes.badSecret, 'Wrong secret');
  }
  const versionName = servedTo(typeMember, versionNameOf(given.version, rules));
  if (!versionName)
    throw new TurnedAway(closeCodes.badVersion, `Version ${shown(given.version.slice(0, 20))} is not served here`);
  if (rules.isTaken(given.name)) throw new TurnedAway(closeCodes.duplicateAuth, 'The name is in use');
  return { ...given, versionName };
}

/** @param numbered what the version in IDENTIFY stands for. Clients of June 2020 have the numbers of 0.1 */
function servedTo(typeMember: TypeMember, numbered: VersionName | undefined): VersionName | undefined {
  if (typeMember === 'type' || !numbered) return numbered;
  return numbered === 'services' ? undefined : 'june';
}

/** Clients of June 2020 alone have no `type`. */
function typeMemberOf(text: string): TypeMember {
  return isPayload(text, 'type') || !isPayload(text, 'operation') ? 'type' : 'operation';
}

function isPayload(text: string, typeMember: TypeMember): boolean {
  try {
    readPayload(text, typeMember);
    return true;
  } catch {
    return false;
  }
}

function decode(text: string, typeMember: TypeMember): Identification {
  try {
    const payload = readPayload(text, typeMember);
    const schema = typeMember === 'operation' ? identifyOfJune : identify;
    if (payload.type === 'IDENTIFY') return checked(schema, payload);
    if (known.has(payload.type)) throw new TurnedAway(closeCodes.noAuth, 'IDENTIFY must come first');
    throw new Refusal('protocol', `there is no type ${shown(payload.type)}`);
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
