import { computed, signal, type ReadonlySignal } from '@preact/signals';
import {
  ClientError,
  blur,
  canBlur,
  isBlurred,
  listDevices,
  openDevices,
  watchDevices,
  type Devices,
} from '../../client/index.js';
import type { Voice, Words } from '../words/words.js';
import { presentRefusal, type Refusal } from './refusal.js';
import { keepOff, keptOff, recall, remember } from './remembered.js';

export type DeviceState = 'on' | 'off' | 'missing';
export type DeviceKind = 'camera' | 'microphone';

/** Told when a device was unplugged, with the track of the one that takes its place. */
export type LostListener = (kind: DeviceKind, next: MediaStreamTrack | undefined) => void;

export const deviceKinds = ['camera', 'microphone'] as const;

/**
 * Camera and microphone of this page: which are there, which one is chosen, and whether it is on. A camera that is off is stopped, so
 * that its light is off too. A microphone that is off stays open, and sends silence.
 */
export class LocalMedia {
  /** What is open. `undefined` when nothing is. */
  readonly stream = signal<MediaStream | undefined>(undefined);
  /** Why something is missing, for the user. Empty when nothing is. */
  readonly hint = signal('');
  /** Why the browser gives neither. Undefined: it does, or there is none. */
  readonly refusal = signal<Refusal | undefined>(undefined);
  readonly devices = signal<Devices>({ cameras: [], microphones: [], speakers: [] });
  readonly camera = computed(() => this.#state('camera'));
  readonly microphone = computed(() => this.#state('microphone'));
  /** Those that are being opened. The browser may be asking the user. */
  readonly #opening = signal<readonly DeviceKind[]>([]);
  readonly opening: ReadonlySignal<boolean> = computed(() => this.#opening.value.length > 0);
  /** Those that the user has turned off; a reload and the next visit begin with them off. */
  readonly #off = signal(keptOff());
  /** Those that were looked for in vain. */
  readonly #missing = signal<readonly DeviceKind[]>([]);
  /** Counts changes that signals do not see: tracks that are switched, or that end. */
  readonly #changes = signal(0);
  /** Whether there is a camera on the other side, as phones have. */
  readonly canFlip = computed(() => {
    void this.#read();
    const facing = this.#track('camera')?.getSettings().facingMode;
    return (facing === 'user' || facing === 'environment') && this.devices.value.cameras.length > 1;
  });
  /** Whether the browser can blur what is behind the user. */
  readonly canBlur = computed(() => {
    void this.#read();
    const track = this.#track('camera');
    return track !== undefined && canBlur(track);
  });
  readonly blurred = signal(false);
  readonly #lostListeners = new Set<LostListener>();
  #present: Promise<void> | undefined;
  /** How often everything was turned off. */
  #closed = 0;
  #choice: Record<DeviceKind, string> = { camera: recall().camera, microphone: recall().microphone };
  readonly #unwatch: () => void;
  readonly #voice: Voice;

  constructor(voice: Voice) {
    this.#voice = voice;
    this.#unwatch = watchDevices((devices) => {
      this.devices.value = devices;
    });
  }

  state(kind: DeviceKind): DeviceState {
    return kind === 'camera' ? this.camera.value : this.microphone.value;
  }

  isOpening(kind: DeviceKind): boolean {
    return this.#opening.value.includes(kind);
  }

  /** The id of the device in use, or of the one that was chosen; empty when there is none. */
  chosen(kind: DeviceKind): string {
    void this.#read();
    return this.#track(kind)?.getSettings().deviceId ?? this.#choice[kind];
  }

  /** Returns a function that ends the calls. */
  onLost(listener: LostListener): () => void {
    this.#lostListeners.add(listener);
    return () => this.#lostListeners.delete(listener);
  }

  /**
   * Asks the user for what they have not turned off, and goes on with one or none. A microphone is opened also when it is off, and
   * muted before anything of it is sent. Never rejects: `hint` tells what is missing.
   */
  open(): Promise<void> {
    this.#present ??= this.#open().finally(() => {
      this.#present = undefined;
    });
    return this.#present;
  }

  /** Resolves when `open` is over, if it is under way. */
  async settled(): Promise<void> {
    await this.#present;
  }

  /** Uses another device from now on. Resolves with the track that replaces the former one, if the device is on. */
  async choose(kind: DeviceKind, id: string): Promise<MediaStreamTrack | undefined> {
    this.#choice = { ...this.#choice, [kind]: id };
    remember(this.#choice);
    if (!this.#track(kind)) {
      this.#changes.value += 1;
      return undefined;
    }
    try {
      const [track] = (await openDevices(wishFor(kind, id))).getTracks();
      if (track) this.#use(kind, track);
      return track;
    } catch {
      this.hint.value = this.#voice.words().devices.busy[kind];
      this.#changes.value += 1;
      return undefined;
    }
  }

  /** Uses the camera on the other side of the phone. Resolves with its track. */
  async flip(): Promise<MediaStreamTrack | undefined> {
    const former = this.#track('camera');
    if (!former || this.isOpening('camera')) return undefined;
    const facing = former.getSettings().facingMode === 'environment' ? 'user' : 'environment';
    const closed = this.#closed;
    this.#opening.value = [...this.#opening.value, 'camera'];
    // Phones open one camera at a time.
    former.stop();
    const found = await attempt({ camera: { facing }, microphone: false });
    const [track] = found instanceof MediaStream ? found.getTracks() : [];
    if (closed !== this.#closed) {
      track?.stop();
      return undefined;
    }
    this.#opening.value = this.#opening.value.filter((kind) => kind !== 'camera');
    // The former one is opened again.
    if (!track) return (await this.#look(['camera']))[0];
    this.#choice = { ...this.#choice, camera: track.getSettings().deviceId ?? '' };
    remember(this.#choice);
    this.#use('camera', track);
    return track;
  }

  /** Never rejects. A camera that is opened later is blurred too. */
  async blur(on: boolean): Promise<void> {
    this.blurred.value = on;
    const track = this.#track('camera');
    if (track && canBlur(track)) await blur(track, on).catch(() => (this.blurred.value = isBlurred(track)));
  }

  /**
   * Turns a device on or off. Resolves with the track that is to be sent from now on, if there is a new one. A device that is missing is
   * looked for once more.
   *
   * @param release stops the track of the camera, which may be sent at present
   */
  async toggle(
    kind: DeviceKind,
    release: (track: MediaStreamTrack) => void = stopTrack,
  ): Promise<MediaStreamTrack | undefined> {
    if (this.isOpening(kind)) return undefined;
    const track = this.#track(kind);
    if (track?.readyState !== 'live') return this.#turnOn(kind);
    if (kind === 'microphone') {
      this.#turn(kind, !track.enabled);
      track.enabled = !track.enabled;
      this.#changes.value += 1;
    } else {
      this.#turn(kind, false);
      this.#take(this.#others(track));
      release(track);
    }
    return undefined;
  }

  /** Turns the devices off for good. */
  end(): void {
    this.close();
    this.#unwatch();
  }

  /** Turns the devices off, their lights too, also devices that are being opened. The next `open` has on what was on. */
  close(): void {
    this.#closed += 1;
    this.#present = undefined;
    this.#opening.value = [];
    this.#missing.value = [];
    for (const track of this.#tracks()) track.stop();
    this.#take([]);
    this.hint.value = '';
  }

  async #open(): Promise<void> {
    await this.#look(deviceKinds.filter((kind) => kind === 'microphone' || !this.#off.value.includes(kind)));
  }

  async #turnOn(kind: DeviceKind): Promise<MediaStreamTrack | undefined> {
    this.#turn(kind, true);
    const [track] = await this.#look([kind]);
    return track;
  }

  /** Opens devices of these kinds in place of the present ones. Resolves with none when everything was turned off meanwhile. */
  async #look(kinds: readonly DeviceKind[]): Promise<readonly MediaStreamTrack[]> {
    const closed = this.#closed;
    this.#opening.value = [...this.#opening.value, ...kinds];
    const { tracks, hint, isRefused = false } = await find(this.#choice, kinds, this.#voice.words());
    const refusal = isRefused ? await presentRefusal() : undefined;
    if (closed !== this.#closed) {
      tracks.forEach(stopTrack);
      return [];
    }
    this.#opening.value = this.#opening.value.filter((kind) => !kinds.includes(kind));
    for (const kind of kinds) this.#track(kind)?.stop();
    this.#found([...this.#tracks().filter((track) => !kinds.includes(deviceOf(track))), ...tracks], kinds);
    this.hint.value = hint;
    this.refusal.value = refusal;
    this.devices.value = await listDevices();
    return tracks;
  }

  /** @param kinds those that were looked for */
  #found(tracks: readonly MediaStreamTrack[], kinds: readonly DeviceKind[]): void {
    this.#take(tracks);
    this.#missing.value = [
      ...this.#missing.value.filter((kind) => !kinds.includes(kind)),
      ...kinds.filter((kind) => !this.#track(kind)),
    ];
  }

  /** Takes the place of the track that is in use. */
  #use(kind: DeviceKind, track: MediaStreamTrack): void {
    const former = this.#track(kind);
    this.#found([...this.#others(former), track], [kind]);
    former?.stop();
  }

  #turn(kind: DeviceKind, on: boolean): void {
    const others = this.#off.value.filter((each) => each !== kind);
    this.#off.value = on ? others : [...others, kind];
    keepOff(this.#off.value);
  }

  /** Makes a value that depends on tracks be read again when one of them changes. */
  #read(): number {
    return this.#changes.value;
  }

  #take(tracks: readonly MediaStreamTrack[]): void {
    for (const track of tracks) {
      if (track.kind === 'audio') track.enabled = !this.#off.value.includes('microphone');
      if (this.blurred.value && track.kind === 'video' && canBlur(track)) void blur(track, true).catch(() => undefined);
      track.onended = () => void this.#lost(track);
    }
    this.stream.value = tracks.length > 0 ? new MediaStream([...tracks]) : undefined;
    this.#changes.value += 1;
  }

  /** It was unplugged: the next one of its kind takes its place. */
  async #lost(track: MediaStreamTrack): Promise<void> {
    const kind = deviceOf(track);
    if (this.#track(kind) !== track) return;
    this.#found(this.#others(track), [kind]);
    const closed = this.#closed;
    const [next] = await this.#look([kind]);
    if (closed !== this.#closed) return;
    for (const listener of this.#lostListeners) listener(kind, next);
  }

  #state(kind: DeviceKind): DeviceState {
    void this.#read();
    const track = this.#track(kind);
    if (track?.readyState === 'live') return track.enabled ? 'on' : 'off';
    return track || this.#missing.value.includes(kind) ? 'missing' : 'off';
  }

  #tracks(): readonly MediaStreamTrack[] {
    return this.stream.value?.getTracks() ?? [];
  }

  #others(than: MediaStreamTrack | undefined): readonly MediaStreamTrack[] {
    return this.#tracks().filter((track) => track !== than);
  }

  #track(kind: DeviceKind): MediaStreamTrack | undefined {
    return this.#tracks().find((track) => track.kind === (kind === 'camera' ? 'video' : 'audio'));
  }
}

interface Found {
  readonly tracks: readonly MediaStreamTrack[];
  readonly hint: string;
  readonly isRefused?: boolean;
}

/** Opens the chosen devices, or any: all kinds, or one of them, or none. */
async function find(choice: Record<DeviceKind, string>, kinds: readonly DeviceKind[], words: Words): Promise<Found> {
  const wish = (device: (kind: DeviceKind) => string | true) => ({
    camera: kinds.includes('camera') && device('camera'),
    microphone: kinds.includes('microphone') && device('microphone'),
  });
  for (const wanted of [wish((kind) => choice[kind] || true), wish(() => true)]) {
    const all = await attempt(wanted);
    if (all instanceof MediaStream) return { tracks: all.getTracks(), hint: '' };
    if (all === 'device-refused') return { tracks: [], hint: refusalHint(words), isRefused: true };
  }
  if (kinds.length === 1)
    return { tracks: [], hint: hintFor(!kinds.includes('camera'), !kinds.includes('microphone'), words) };
  const picture = await attempt(wishFor('camera', true));
  const sound = await attempt(wishFor('microphone', true));
  const tracks = [picture, sound].flatMap((found) => (found instanceof MediaStream ? found.getTracks() : []));
  return { tracks, hint: hintFor(picture instanceof MediaStream, sound instanceof MediaStream, words) };
}

function deviceOf({ kind }: MediaStreamTrack): DeviceKind {
  return kind === 'video' ? 'camera' : 'microphone';
}

function wishFor(kind: DeviceKind, device: string | true) {
  return kind === 'camera' ? { camera: device, microphone: false } : { camera: false, microphone: device };
}

/** The stream, or the code of what went wrong. */
async function attempt(wish: Parameters<typeof openDevices>[0]): Promise<MediaStream | string> {
  try {
    return await openDevices(wish);
  } catch (error) {
    return error instanceof ClientError ? error.code : 'device-failed';
  }
}

function refusalHint({ devices: { blocked, insecure } }: Words): string {
  return isSecureContext ? blocked : insecure;
}

function hintFor(hasCamera: boolean, hasMicrophone: boolean, { devices }: Words): string {
  const { noDevices, noCamera, noMicrophone } = devices;
  if (!hasCamera) return hasMicrophone ? noCamera : noDevices;
  return hasMicrophone ? '' : noMicrophone;
}

function stopTrack(track: MediaStreamTrack): void {
  track.stop();
}
