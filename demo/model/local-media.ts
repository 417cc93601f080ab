import { computed, signal } from '@preact/signals';
import { ClientError, listDevices, openDevices, watchDevices, type Devices } from '../../client/index.js';
import { recall, remember } from './remembered.js';

export type DeviceState = 'on' | 'off' | 'missing';
export type DeviceKind = 'camera' | 'microphone';

interface Found {
  readonly tracks: readonly MediaStreamTrack[];
  readonly hint: string;
}

/** Camera and microphone of this page: which are there, which one is chosen, and whether it is on. */
export class LocalMedia {
  /** `undefined` when there is neither camera nor microphone. */
  readonly stream = signal<MediaStream | undefined>(undefined);
  /** Why something is missing, for the user. Empty when nothing is. */
  readonly hint = signal('');
  readonly devices = signal<Devices>({ cameras: [], microphones: [], speakers: [] });
  readonly camera = computed(() => this.#state('camera'));
  readonly microphone = computed(() => this.#state('microphone'));
  readonly opening = signal(false);
  /** Counts changes that signals do not see: tracks that are switched, or that end. */
  readonly #changes = signal(0);
  #present: Promise<void> | undefined;
  #choice: Record<DeviceKind, string> = { camera: recall().camera, microphone: recall().microphone };

  constructor() {
    watchDevices((devices) => {
      this.devices.value = devices;
    });
  }

  state(kind: DeviceKind): DeviceState {
    return kind === 'camera' ? this.camera.value : this.microphone.value;
  }

  /** The id of the device in use; empty when there is none. */
  chosen(kind: DeviceKind): string {
    void this.#read();
    return this.#track(kind)?.getSettings().deviceId ?? '';
  }

  /** Asks the user for both, and goes on with one or none. Never rejects: `hint` tells what is missing. */
  open(): Promise<void> {
    this.#present ??= this.#open().finally(() => {
      this.#present = undefined;
      this.opening.value = false;
    });
    return this.#present;
  }

  /** Uses another device from now on. Resolves with the track that replaces the former one. */
  async choose(kind: DeviceKind, id: string): Promise<MediaStreamTrack | undefined> {
    this.#choice = { ...this.#choice, [kind]: id };
    remember(this.#choice);
    const wish = kind === 'camera' ? { camera: id, microphone: false } : { camera: false, microphone: id };
    try {
      const [track] = (await openDevices(wish)).getTracks();
      if (!track) return undefined;
      track.enabled = this.state(kind) !== 'off';
      const former = this.#track(kind);
      former?.stop();
      const others = (this.stream.value?.getTracks() ?? []).filter((each) => each !== former);
      this.#take([...others, track]);
      return track;
    } catch {
      this.hint.value = `This ${kind} cannot be used: another program may have it.`;
      return undefined;
    }
  }

  toggle(kind: DeviceKind): void {
    const track = this.#track(kind);
    if (track) track.enabled = !track.enabled;
    this.#changes.value += 1;
  }

  /** Turns the devices off, their lights too, also devices that are being opened. */
  close(): void {
    this.#present = undefined;
    this.opening.value = false;
    stop(this.stream.value?.getTracks() ?? []);
    this.stream.value = undefined;
    this.hint.value = '';
  }

  async #open(): Promise<void> {
    this.opening.value = true;
    const { tracks, hint } = await find(this.#choice);
    // The page has closed them meanwhile.
    if (!this.#present) {
      stop(tracks);
      return;
    }
    const off = (['camera', 'microphone'] as const).filter((kind) => this.state(kind) === 'off');
    stop(this.stream.value?.getTracks() ?? []);
    this.#take(tracks);
    this.hint.value = hint;
    // The device is there again, but the user did not ask to switch it on.
    for (const kind of off) if (this.state(kind) === 'on') this.toggle(kind);
    this.devices.value = await listDevices();
  }

  /** Makes a value that depends on tracks be read again when one of them changes. */
  #read(): number {
    return this.#changes.value;
  }

  #take(tracks: readonly MediaStreamTrack[]): void {
    this.stream.value = tracks.length > 0 ? new MediaStream([...tracks]) : undefined;
    for (const track of tracks)
      track.onended = () => {
        this.#changes.value += 1;
      };
    this.#changes.value += 1;
  }

  #state(kind: DeviceKind): DeviceState {
    void this.#read();
    const track = this.#track(kind);
    if (track?.readyState !== 'live') return 'missing';
    return track.enabled ? 'on' : 'off';
  }

  #track(kind: DeviceKind): MediaStreamTrack | undefined {
    const stream = this.stream.value;
    return (kind === 'camera' ? stream?.getVideoTracks() : stream?.getAudioTracks())?.[0];
  }
}

/** Opens the chosen devices, or any: both, or one of them, or none. */
async function find({ camera, microphone }: Record<DeviceKind, string>): Promise<Found> {
  const wishes = [
    { camera: camera || true, microphone: microphone || true },
    { camera: true, microphone: true },
  ];
  for (const wish of wishes) {
    const both = await attempt(wish);
    if (both instanceof MediaStream) return { tracks: both.getTracks(), hint: '' };
    if (both === 'device-refused') return { tracks: [], hint: refusalHint() };
  }
  const picture = await attempt({ camera: true, microphone: false });
  const sound = await attempt({ camera: false, microphone: true });
  const tracks = [picture, sound].flatMap((found) => (found instanceof MediaStream ? found.getTracks() : []));
  return { tracks, hint: hintFor(picture instanceof MediaStream, sound instanceof MediaStream) };
}

/** The stream, or the code of what went wrong. */
async function attempt(wish: Parameters<typeof openDevices>[0]): Promise<MediaStream | string> {
  try {
    return await openDevices(wish);
  } catch (error) {
    return error instanceof ClientError ? error.code : 'device-failed';
  }
}

function refusalHint(): string {
  return isSecureContext
    ? 'Camera and microphone are blocked for this page: allow them beside the address bar. You can listen and chat.'
    : 'Browsers open the camera on secure pages only: use https, or localhost. You can listen and chat.';
}

function hintFor(hasCamera: boolean, hasMicrophone: boolean): string {
  if (!hasCamera && !hasMicrophone)
    return 'No camera and no microphone found, or another program uses them. You can listen and chat.';
  if (!hasCamera) return 'No camera found, or another program uses it: the others will only hear you.';
  return hasMicrophone ? '' : 'No microphone found: the others will see but not hear you.';
}

function stop(tracks: readonly MediaStreamTrack[]): void {
  for (const track of tracks) track.stop();
}
