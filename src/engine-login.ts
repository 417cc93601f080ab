import { createHmac, randomBytes } from 'node:crypto';

/** By what an embedded engine knows those that it obeys: user and password in its URL. It looks at the password alone. */
export interface EngineLogin {
  readonly user: string;
  readonly password: string;
}

/** Of an engine that this server alone knows. */
export function ownLogin(): EngineLogin {
  return { user: 'atrium', password: newName() };
}

/** Of an engine that other nodes use too: they make the password from its name, which may be read in Redis. */
export function sharedLogin(clusterSecret: string): EngineLogin {
  const user = newName();
  return { user, password: passwordOf(user, clusterSecret) };
}

/** The URL of an engine with the login in it. */
export function withLogin(url: string, { user, password }: EngineLogin): string {
  const full = new URL(url);
  full.username = user;
  full.password = password;
  return full.href;
}

/** What other nodes are told of an engine: its URL without the password. Undefined for one whose password they would not find. */
export function announcementOf(url: string, clusterSecret: string): string | undefined {
  const full = new URL(url);
  if (decodeURIComponent(full.password) !== passwordOf(decodeURIComponent(full.username), clusterSecret))
    return undefined;
  full.password = '';
  return full.href;
}

/** The URL of an engine that another node has announced, with its password. Undefined when it is no such URL. */
export function announcedUrl(announcement: string, clusterSecret: string): string | undefined {
  if (!announcement.startsWith('ws://') || !URL.canParse(announcement)) return undefined;
  const user = decodeURIComponent(new URL(announcement).username);
  return user === '' ? undefined : withLogin(announcement, { user, password: passwordOf(user, clusterSecret) });
}

function newName(): string {
  return randomBytes(32).toString('base64url');
}

/** The key is for this use alone. */
function passwordOf(user: string, clusterSecret: string): string {
  const key = createHmac('sha256', clusterSecret).update('atrium media engine').digest();
  return createHmac('sha256', key).update(user).digest('base64url');
}
