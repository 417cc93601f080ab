import { ClientError } from './errors.js';
import { givenFunction, givenObject } from './given.js';

/** A camera, microphone or loudspeaker, as a list shows it. */
export interface Device {
  /** For `setCamera`, `setMicrophone`, `setSpeaker` and `openDevices`. Browsers give each site other ids. */
  readonly id: string;
  /** Empty until the user has allowed any device of that kind. */
  readonly label: string;
}

/** The devices that the browser shows to this page. */
export interface Devices {
  /** Cameras. */
  readonly cameras: readonly Device[];
  /** Microphones. */
  readonly microphones: readonly Device[];
  /** Loudspeakers. Empty where the browser lets no page choose. */
  readonly speakers: readonly Device[];
}

/** The camera on one side of a phone: that of the user, or the other. */
export interface Facing {
  /** `user`: the camera beside the screen. */
  readonly facing: 'user' | 'environment';
}

/** Which devices are wanted: an id, any (`true`) or none (`false`). */
export interface DeviceWish {
  /** Default: any. Where there is a choice, 1280×720 with 30 pictures in a second. */
  readonly camera?: string | boolean | Facing | undefined;
  /** Default: any. Without echo and noise, as far as the browser can. */
  readonly microphone?: string | boolean | undefined;
}

/** The devices that there are now. Empty where the browser gives none, as on pages that are not secure. Never rejects. */
export async function listDevices(): Promise<Devices> {
  const found =
    (await mediaDevices()
      ?.enumerateDevices()
      .catch(() => [])) ?? [];
  const of = (kind: MediaDeviceKind): Device[] =>
    found
      .filter((each) => each.kind === kind && each.deviceId !== '')
      .map(({ deviceId: id, label }) => ({ id, label }));
  return { cameras: of('videoinput'), microphones: of('audioinput'), speakers: of('audiooutput') };
}

/** Calls back whenever a device is plugged in or out. Returns a function that ends the calls. */
export function watchDevices(changed: (devices: Devices) => void): () => void {
  givenFunction(changed, 'The listener');
  const devices = mediaDevices();
  const listener = (): void => void listDevices().then(changed);
  devices?.addEventListener('devicechange', listener);
  return () => devices?.removeEventListener('devicechange', listener);
}

/** Opens the devices that are asked for; the browser may ask the user. Rejects with `device-refused`, `device-missing` or `device-failed`. */
export async function openDevices(wish: DeviceWish = {}): Promise<MediaStream> {
  const { camera = true, microphone = true } = givenObject(wish, 'The wish');
  const picture = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } };
  return ask((devices) =>
    devices.getUserMedia({
      video: camera === false ? false : { ...picture, ...chosen(camera) },
      audio: microphone === false ? false : { echoCancellation: true, noiseSuppression: true, ...chosen(microphone) },
    }),
  );
}

/**
 * Asks the user for the screen or a window of it, with its sound where the browser and the user give it. Text in it stays sharp rather than
 * smooth. Rejects as `openDevices`.
 * @param sound default: false
 */
export async function openScreen(options: { readonly sound?: boolean | undefined } = {}): Promise<MediaStream> {
  const { sound = false } = givenObject(options, 'The options');
  const stream = await ask((devices) => devices.getDisplayMedia({ video: { frameRate: { max: 15 } }, audio: sound }));
  for (const track of stream.getVideoTracks()) track.contentHint = 'detail';
  return stream;
}

function chosen(wish: string | true | Facing): MediaTrackConstraints {
  if (typeof wish === 'object') return { facingMode: { exact: wish.facing } };
  return wish === true ? {} : { deviceId: { exact: wish } };
}

async function ask(open: (devices: MediaDevices) => Promise<MediaStream>): Promise<MediaStream> {
  const devices = mediaDevices();
  if (!devices) {
    throw new ClientError('device-refused', 'Browsers open cameras on secure pages only: https, or localhost.');
  }
  try {
    return await open(devices);
  } catch (cause) {
    const { name = '', message = String(cause) } = cause instanceof Error ? cause : {};
    throw new ClientError(codes.get(name) ?? 'device-failed', message, { cause });
  }
}

/** DOMException.name (Media Capture and Streams §10.2). */
const codes: ReadonlyMap<string, 'device-refused' | 'device-missing'> = new Map([
  ['NotAllowedError', 'device-refused'],
  ['SecurityError', 'device-refused'],
  ['NotFoundError', 'device-missing'],
  ['OverconstrainedError', 'device-missing'],
]);

/** Old browsers and pages from an insecure origin do not have it, although its type says that it is always there. */
function mediaDevices(): MediaDevices | undefined {
  return navigator.mediaDevices;
}
