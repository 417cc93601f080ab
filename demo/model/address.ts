/**
 * The room a link leads to: `?room=NAME`, or `#/rooms/NAME` as the original's page has it
 * (docs/protocols/kurento-room.md#9-rest).
 */
export function roomOf(address: string): string | undefined {
  const { searchParams, hash } = new URL(address);
  const deep = /^#\/rooms\/(.+)$/.exec(hash)?.[1];
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
  const url = new URL(address);
  url.hash = '';
  url.search = '';
  url.searchParams.set('room', room);
  return url.href;
}

/** The server's WebSocket, beside the page: the same host and the same path prefix. */
export function socketAddress(address: string): string {
  const url = new URL('room', address);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  url.search = '';
  url.hash = '';
  return url.href;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
