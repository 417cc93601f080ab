/** What a token says of the user. The server checks the token; the page only reads it. */
export interface Pass {
  readonly token: string;
  /** The user name in the room. */
  readonly identity: string | undefined;
  /** For people. Undefined: the user chooses one. */
  readonly name: string | undefined;
  readonly room: string | undefined;
}

export function passOf(token: string): Pass {
  const claims = claimsOf(token);
  const video = objectIn(claims, 'video');
  const [identity, name] = [textIn(claims, 'sub') ?? textIn(claims, 'jti'), textIn(claims, 'name')];
  const mayRename = Reflect.get(video, 'canUpdateOwnMetadata') === true;
  return { token, identity, name: name ?? (mayRename ? undefined : identity), room: textIn(video, 'room') };
}

/** Empty for what is no token: the server says what is wrong with it. */
function claimsOf(token: string): object {
  const [, payload = ''] = token.split('.');
  try {
    const bytes = atob(payload.replaceAll('-', '+').replaceAll('_', '/'));
    const text = new TextDecoder().decode(Uint8Array.from(bytes, (character) => character.charCodeAt(0)));
    return asObject(JSON.parse(text));
  } catch {
    return {};
  }
}

function objectIn(value: object, name: string): object {
  return asObject(Reflect.get(value, name));
}

function asObject(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {};
}

function textIn(value: object, name: string): string | undefined {
  const text: unknown = Reflect.get(value, name);
  return typeof text === 'string' && text !== '' ? text : undefined;
}
