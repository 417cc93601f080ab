import { cleanedName, roles } from '../../rooms/index.js';
import type { Grants, Newcomer } from '../../rooms/index.js';
import type { OvConnection } from './model/ov-connection.js';
import type { OvRole } from './model/connection-properties.js';

/** The dialect of participants that speak this protocol, as others see it. */
export const dialectName = 'openvidu';

/** Metadata up to so many characters that is no JSON is a name. */
const longestName = 64;

/**
 * A member on its way in. Its token is what it shows: no other token, password of a page or hook of tokens says more of it.
 * @param metadata of the page
 */
export function newcomerOf(
  connection: OvConnection,
  metadata: string,
  client: Pick<Newcomer, 'session' | 'sessionId' | 'region'> & { readonly address: string | undefined },
): Newcomer {
  const { address, ...known } = client;
  const { id, serverData, role } = connection;
  const displayName = nameIn(metadata) ?? nameIn(serverData) ?? id;
  return {
    id,
    idIsName: false,
    attributes: { displayName, dialect: dialectName, hearsPrivateTexts: true },
    bearer: { grantsIn: () => grantsOf(role), address },
    ...known,
  };
}

/**
 * What the rooms let a member do. Whether it may publish is looked up at each request, as its role may change, and one that becomes a
 * subscriber goes on publishing until it stops. Subscribers may send signals.
 */
export function grantsOf(role: OvRole): Grants {
  return { ...roles.PUBLISHER, canUpdateOwnMetadata: false, roomAdmin: role === 'MODERATOR' };
}

/** The name that pages put into their metadata, for clients of other protocols. */
function nameIn(data: string): string | undefined {
  const name = clientDataIn(data) ?? (data.length <= longestName && !isStructure(data) ? data : '');
  return cleanedName(name) || undefined;
}

function clientDataIn(data: string): string | undefined {
  const value = parsed(data);
  if (typeof value !== 'object' || value === null || !('clientData' in value)) return undefined;
  return typeof value.clientData === 'string' ? value.clientData : undefined;
}

/** Whether it is a JSON object or list, and so no text for people. */
function isStructure(data: string): boolean {
  const value = parsed(data);
  return typeof value === 'object' && value !== null;
}

function parsed(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return undefined;
  }
}
