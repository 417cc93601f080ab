/** Names that a proxy could change on the way: a slash is one more folder to some, and dots are none. */
const unfitForPath = /[/\\]|^\.{1,2}$/;

/** The address of the page itself, without a room: everything of the server is relative to it. It ends with a slash. */
export function homeOf(address: string): string {
  const url = new URL(address);
  return new URL(/^(.*\/)r\/[^/]+$/.exec(url.pathname)?.[1] ?? '.', url).href;
}

/**
 * The room a link leads to: `/r/NAME`, `?room=NAME`, or `#/rooms/NAME` as the original's page has it
 * (docs/protocols/kurento-room.md#9-rest).
 */
export function roomOf(address: string): string | undefined {
  const { pathname, searchParams, hash } = new URL(address);
  const deep = /^#\/rooms\/(.+)$/.exec(hash)?.[1] ?? /\/r\/([^/]+)$/.exec(pathname)?.[1];
  return (deep === undefined ? searchParams.get('room') : decode(deep)) ?? undefined;
}

/**
 * The token of a link: `#access_token=TOKEN`, which no server and no log gets, or `?access_token=TOKEN` (docs/access.md#the-page).
 */
export function tokenOf(address: string): string | undefined {
  const { searchParams, hash } = new URL(address);
  return new URLSearchParams(hash.slice(1)).get('access_token') ?? searchParams.get('access_token') ?? undefined;
}

/** The link that leads others to the room. It has no token, which says who this user is. */
export function invitation(address: string, room: string): string {
  const url = new URL(homeOf(address));
  if (unfitForPath.test(room)) url.searchParams.set('room', room);
  else url.pathname += `r/${encodeURIComponent(room)}`;
  return url.href;
}

/** The server's WebSocket, beside the page: the same host and the same path prefix. */
export function socketAddress(address: string): string {
  const url = new URL('room', homeOf(address));
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return url.href;
}

/** Whether the address leads to this machine from this machine only. */
export function isLocal(address: string): boolean {
  return /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/.test(new URL(address).hostname);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
