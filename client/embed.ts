import { openDevices } from './devices.js';
import type { Participant } from './participant.js';
import type { Publication } from './publication.js';
import { Room } from './room.js';
import type { RoomOptions } from './room.js';

export interface EmbedOptions extends Pick<RoomOptions, 'user' | 'token' | 'password'> {
  readonly room: string;
  /** Address of the server's WebSocket. Default: that of the server this script came from. */
  readonly url?: string | undefined;
  /** Publish camera and microphone. Default: true. Without them the user only listens. */
  readonly publish?: boolean | undefined;
}

/**
 * Shows a call in an element of another page: pictures in a grid, nothing else. Resolves with the room, by which the page does
 * everything else. Rejects as `Room.join` and `Room.publish`; nothing remains then. Without camera and microphone the user only listens.
 */
export async function embed(element: HTMLElement, options: EmbedOptions): Promise<Room> {
  const { url = defaultUrl(), room: name, publish = true, ...who } = options;
  const room = new Room({ url, room: name, ...who });
  const grid = document.createElement('div');
  grid.style.cssText =
    'display:grid;grid-template-columns:repeat(auto-fit,minmax(min(20rem,100%),1fr));gap:.5rem;width:100%;height:100%';
  element.append(grid);
  const pictures = new Map<string, HTMLVideoElement>();
  const show = (who: string, stream: MediaStream): void => {
    const video = pictures.get(who) ?? pictureOf(who, who === room.user);
    pictures.set(who, video);
    video.srcObject = stream;
    grid.append(video);
    // Some browsers play only after a click: the first click starts the video then.
    void video.play().catch(() => {
      document.addEventListener('click', () => void video.play(), { once: true });
    });
  };
  // A video element that was removed would hold frames of its stream until it is collected.
  const hide = (who: string): void => {
    const video = pictures.get(who);
    if (!video) return;
    pictures.delete(who);
    video.srcObject = null;
    video.remove();
  };
  const clear = (): void => {
    for (const who of [...pictures.keys()]) hide(who);
    grid.remove();
  };
  const welcome = (participant: Participant): void => {
    const watch = (publication: Publication): void => {
      publication.on('subscribed', ({ stream }) => {
        show(participant.id, stream);
      });
    };
    participant.on('published', watch);
    participant.on('unpublished', () => {
      hide(participant.id);
    });
    for (const publication of participant.publications.values()) watch(publication);
  };
  room.on('participantJoined', welcome);
  room.on('closed', clear);
  try {
    await room.join();
    for (const participant of room.participants.values()) welcome(participant);
    if (publish) await publishDevices(room, show);
  } catch (error) {
    clear();
    await room.leave();
    throw error;
  }
  return room;
}

async function publishDevices(room: Room, show: (who: string, stream: MediaStream) => void): Promise<void> {
  const stream = await openDevices().catch(() => undefined);
  if (!stream) return;
  const stop = (): void => {
    for (const track of stream.getTracks()) track.stop();
  };
  room.on('closed', stop);
  show(room.user, stream);
  try {
    await room.publish(stream);
  } catch (error) {
    // The room may have been closed while the user was asked.
    stop();
    throw error;
  }
}

/**
 * STUN and TURN servers, for a page that makes connections of its own: a `Room` asks for its servers itself. Empty when the server does
 * not answer.
 * @param token one with which a room may be joined. Without it there are only STUN servers
 */
export async function iceServersOf(url: string, token = ''): Promise<RTCIceServer[]> {
  const base = url.replace(/^ws/, 'http').replace(/\/room$/, '');
  try {
    const headers = token === '' ? {} : { Authorization: `Bearer ${token}` };
    const response = await fetch(`${base}/api/v1/ice-servers`, { headers });
    const { iceServers } = (await response.json()) as { iceServers: RTCIceServer[] };
    return iceServers;
  } catch {
    return [];
  }
}

/** The script is served at /client/ of the server. */
function defaultUrl(): string {
  return new URL(/* @vite-ignore */ '../room', import.meta.url).href.replace(/^http/, 'ws');
}

function pictureOf(who: string, own: boolean): HTMLVideoElement {
  const video = document.createElement('video');
  video.autoplay = true;
  video.playsInline = true;
  video.muted = own;
  video.setAttribute('aria-label', who);
  video.style.cssText = `width:100%;height:100%;min-height:0;object-fit:cover;background:#111;border-radius:.5rem;${own ? 'transform:scaleX(-1)' : ''}`;
  return video;
}
