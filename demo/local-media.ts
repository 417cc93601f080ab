export type DeviceState = 'on' | 'off' | 'missing';
export type Device = 'camera' | 'microphone';

const constraints = {
  camera: { video: { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } } },
  microphone: { audio: true },
} as const;

/** Our camera and microphone: what is there, and whether it is on. */
export class LocalMedia {
  readonly #changed = new Set<() => void>();
  #stream: MediaStream | undefined;
  #hint = '';
  #opening: Promise<void> | undefined;

  /** `undefined` when there is neither camera nor microphone. */
  get stream(): MediaStream | undefined {
    return this.#stream;
  }

  /** Why something is missing, for the user. Empty when nothing is. */
  get hint(): string {
    return this.#hint;
  }

  get opening(): boolean {
    return this.#opening !== undefined;
  }

  state(device: Device): DeviceState {
    const track = this.#track(device);
    if (track?.readyState !== 'live') return 'missing';
    return track.enabled ? 'on' : 'off';
  }

  onChange(listener: () => void): void {
    this.#changed.add(listener);
  }

  /** Asks the user for both, settles for one or none. Never rejects: `hint` tells what is missing. */
  open(): Promise<void> {
    if (this.#opening) return this.#opening;
    const opening: Promise<void> = this.#open((): boolean => this.#opening !== opening).finally(() => {
      if (this.#opening !== opening) return;
      this.#opening = undefined;
      this.#tell();
    });
    this.#opening = opening;
    this.#tell();
    return opening;
  }

  toggle(device: Device): void {
    const track = this.#track(device);
    if (track) track.enabled = !track.enabled;
    this.#tell();
  }

  /** Turns the devices off, their lights too; also those that are just being opened. */
  close(): void {
    this.#opening = undefined;
    stop(this.#stream?.getTracks() ?? []);
    this.#stream = undefined;
    this.#hint = '';
    this.#tell();
  }

  async #open(cancelled: () => boolean): Promise<void> {
    const { tracks, hint } = await find();
    if (cancelled()) stop(tracks);
    else this.#take(tracks, hint);
  }
  #take(tracks: readonly MediaStreamTrack[], hint: string): void {
    const off = (['camera', 'microphone'] as const).filter((device) => this.state(device) === 'off');
    stop(this.#stream?.getTracks() ?? []);
    this.#stream = tracks.length > 0 ? new MediaStream([...tracks]) : undefined;
    this.#hint = hint;
    for (const track of tracks)
      track.onended = () => {
        this.#tell();
      };
    // Found anew, but nobody said it should be on again.
    for (const device of off) this.#turnOff(device);
  }

  #turnOff(device: Device): void {
    const track = this.#track(device);
    if (track) track.enabled = false;
  }

  #track(device: Device): MediaStreamTrack | undefined {
    return (device === 'camera' ? this.#stream?.getVideoTracks() : this.#stream?.getAudioTracks())?.[0];
  }

  #tell(): void {
    for (const listener of this.#changed) listener();
  }
}

interface Found {
  readonly tracks: readonly MediaStreamTrack[];
  readonly hint: string;
}

async function find(): Promise<Found> {
  // Old browsers and pages from an insecure origin lack it, whatever its type says.
  const devices = navigator.mediaDevices as MediaDevices | undefined;
  if (!devices) {
    return {
      tracks: [],
      hint: 'Browsers open the camera on secure pages only: use https, or localhost. You can listen and chat.',
    };
  }
  const both = await ask(devices, { ...constraints.camera, ...constraints.microphone });
  if (both instanceof MediaStream) return { tracks: both.getTracks(), hint: '' };
  if (both === 'NotAllowedError') {
    return {
      tracks: [],
      hint: 'Camera and microphone are blocked for this page: allow them beside the address bar. You can listen and chat.',
    };
  }
  const camera = await ask(devices, constraints.camera);
  const microphone = await ask(devices, constraints.microphone);
  const tracks = [camera, microphone].flatMap((found) => (found instanceof MediaStream ? found.getTracks() : []));
  return { tracks, hint: hintFor(camera, microphone) };
}

function stop(tracks: readonly MediaStreamTrack[]): void {
  for (const track of tracks) track.stop();
}

/** The stream, or the name of what went wrong (DOMException.name). */
async function ask(devices: MediaDevices, wanted: MediaStreamConstraints): Promise<MediaStream | string> {
  try {
    return await devices.getUserMedia(wanted);
  } catch (error) {
    return error instanceof Error ? error.name : 'Error';
  }
}

function hintFor(camera: MediaStream | string, microphone: MediaStream | string): string {
  if (typeof camera === 'string' && typeof microphone === 'string')
    return 'No camera and no microphone found, or another program uses them. You can listen and chat.';
  if (typeof camera === 'string') return 'No camera found, or another program uses it: the others will only hear you.';
  if (typeof microphone === 'string') return 'No microphone found: the others will see but not hear you.';
  return '';
}
