import type { CallHandle } from './call-element.js';
import { asClientError } from './errors.js';
import { givenLike, givenObject, givenText } from './given.js';
import type { RoomOptions } from './room-options.js';
import { ownServer } from './server-address.js';

/** The room and the user of a call that is embedded. `user`, `token` and `password` are as in `RoomOptions`. */
export interface EmbedOptions extends Pick<RoomOptions, 'user' | 'token' | 'password'> {
  /** Name of the room: 1 to 256 characters. */
  readonly room: string;
  /** Address of the server, as in `RoomOptions`. It may be absent where the server itself serves this script, at /client/. */
  readonly url?: string | URL | undefined;
  /** Publish camera and microphone. Default: true. Without them the user only listens. */
  readonly publish?: boolean | undefined;
}

/**
 * Shows a call in an element of a page, as an `<atrium-call>` that fills it. Its script is fetched from beside this one. Resolves when
 * the user is in the room. Rejects as `Room.join`; the element is as before then, and when the call is over.
 */
export async function embed(element: HTMLElement, options: EmbedOptions): Promise<CallHandle> {
  givenLike(element, '`element`', 'append');
  const {
    url = ownServer(),
    user = '',
    publish = true,
    token = '',
    password = '',
    room,
  } = givenObject(options, 'The options');
  givenText(room, '`room`');
  await import('./atrium-call.js').catch((error: unknown) => {
    throw asClientError(error, 'unreachable');
  });
  const call = Object.assign(document.createElement('atrium-call'), {
    server: String(url),
    user,
    publish,
    token,
    password,
    room,
  });
  call.addEventListener('left', () => {
    call.remove();
  });
  element.append(call);
  try {
    return await call.join();
  } catch (error) {
    call.remove();
    throw error;
  }
}
