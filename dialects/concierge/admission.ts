import { shown } from '../../options/expected.js';
import { nameFits } from '../../access/index.js';
import type { Access } from '../../access/index.js';
import { RoomError, isShowable } from '../../rooms/index.js';
import type { Bearer } from '../../rooms/index.js';
import { bearerAtDoor } from '../door-secret.js';
import { Refusal, TurnedAway, closeCodes } from './errors.js';
import { dialectName } from './groups.js';
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

/** What the first payload says, before anything is asked about it. */
export interface Introduced extends Identification {
  readonly typeMember: TypeMember;
}

const known: ReadonlySet<string> = new Set([...requestsOfJune.types, ...requests01.types, ...requests02.types]);

/** Reads the first payload. It is checked in the order of docs/protocols/concierge.md#2-identification. @throws TurnedAway */
export function readIdentification(text: string): Introduced {
  const typeMember = typeMemberOf(text);
  const given = decode(text, typeMember);
  if (!isClientName(given.name))
    throw new TurnedAway(closeCodes.badAuth, 'The name is empty, too long, or holds invisible characters');
  const labels = [given.nickname ?? '', ...(given.tags ?? [])];
  if (!labels.every((label) => isShowable(label))) {
    throw new TurnedAway(closeCodes.badAuth, 'The nickname or a tag is too long, or holds invisible characters');
  }
  return { ...given, typeMember };
}

/**
 * What the client shows as its secret: that of the door, or a token (docs/access.md#ert-concierge).
 * @throws TurnedAway
 */
export function bearerOf(
  { name, secret: shown }: Introduced,
  access: Access,
  { address, secret }: { readonly address: string; readonly secret: string },
): Bearer | Promise<Bearer> {
  try {
    const bearer = bearerAtDoor(access, { door: dialectName, address, name }, shown ?? '', secret);
    return bearer instanceof Promise ? bearer.catch(turnAway) : bearer;
  } catch (error) {
    return turnAway(error);
  }
}

function turnAway(error: unknown): never {
  if (!(error instanceof RoomError)) throw error;
  throw new TurnedAway(closeCodes.badSecret, error.code === 'token-invalid' ? 'Wrong secret' : error.message);
}

/** The last checks, when it is known what the client has shown. @throws TurnedAway */
export function servedAs({ name, version, typeMember }: Introduced, bearer: Bearer, rules: VersionRules): VersionName {
  if (!nameFits(bearer, name)) throw new TurnedAway(closeCodes.badAuth, 'The name is not that of the token');
  const versionName = servedTo(typeMember, versionNameOf(version, rules));
  if (!versionName)
    throw new TurnedAway(closeCodes.badVersion, `Version ${shown(version.slice(0, 20))} is not served here`);
  return versionName;
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
