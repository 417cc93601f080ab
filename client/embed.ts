import type { CallHandle } from './call-element.js';
import { ClientError } from './errors.js';
import type { RoomOptions } from './room.js';

export interface EmbedOptions extends Pick<RoomOptions, 'user' | 'token' | 'password'> {
  readonly room: string;
  /** Address of the server, as `https://host/`, or of its WebSocket. Default: the server that this script came from. */
  readonly url?: string | undefined;
  /** Publish camera and microphone. Default: true. Without them the user only listens. */
  readonly publish?: boolean | undefined;
}

/**
 * Shows a call in an element of a page, as an `<atrium-call>` that fills it. Its script is fetched from beside this one. Resolves when
 * the user is in the room. Rejects as `Room.join`; the element is as before then, and when the call is over.
 */
export async function embed(element: HTMLElement, options: EmbedOptions): Promise<CallHandle> {
  if (!isElement(element))
    throw new ClientError('invalid-request', 'embed needs an element of the page to show the call in.');
  await import('./atrium-call.js');
  const { url = '', user = '', publish = true, token = '', password = '', room } = options;
  const call = Object.assign(document.createElement('atrium-call'), {
    server: url,
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

/** A page without types may have given what `getElementById` did not find. */
function isElement(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'append' in value;
}
