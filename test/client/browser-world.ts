import { WebSocket } from 'ws';

/** The members of a track that the client uses. */
export class StubTrack extends EventTarget {
  readonly kind: 'audio' | 'video';
  readonly label: string;
  enabled = true;
  readyState: 'live' | 'ended' = 'live';

  constructor(kind: 'audio' | 'video', label: string = kind) {
    super();
    this.kind = kind;
    this.label = label;
  }

  stop(): void {
    this.readyState = 'ended';
  }

  /** As when it is unplugged. */
  unplug(): void {
    this.stop();
    this.dispatchEvent(new Event('ended'));
  }
}

export class StubStream {
  readonly #tracks: StubTrack[];

  constructor(tracks: readonly StubTrack[] = []) {
    this.#tracks = [...tracks];
  }

  addTrack(track: StubTrack): void {
    this.#tracks.push(track);
  }

  getTracks(): StubTrack[] {
    return [...this.#tracks];
  }

  getVideoTracks(): StubTrack[] {
    return this.#tracks.filter(({ kind }) => kind === 'video');
  }
}

interface StubSender {
  track: StubTrack | null;
  replaceTrack(track: StubTrack | null): Promise<void>;
}

/** A peer connection without a network. Tests can read what is sent over it. */
export class StubPeer {
  static readonly made: StubPeer[] = [];
  connectionState: RTCPeerConnectionState = 'new';
  onconnectionstatechange: (() => void) | null = null;
  /** Entries of its statistics, beside the packets. */
  readonly entries = new Map<string, object>();
  /** How often its statistics were read. */
  readings = 0;
  #packets = 0;
  readonly localDescription = { sdp: 'v=0 offer' };
  closed = false;
  /** Makes `replaceTrack` fail. */
  refusesTracks = false;
  ontrack: ((event: { track: StubTrack; streams: StubStream[] }) => void) | null = null;
  /** Tracks of the other side. As in browsers, they arrive before the promise of the negotiation resolves. */
  readonly #coming: StubTrack[] = [];
  readonly #senders: StubSender[] = [];

  #configuration: RTCConfiguration;

  constructor(configuration: RTCConfiguration = {}) {
    this.#configuration = configuration;
    StubPeer.made.push(this);
  }

  /** Changes its state as the browser does. */
  becomes(state: RTCPeerConnectionState): void {
    this.connectionState = state;
    this.onconnectionstatechange?.();
  }

  /** Packets come, or go, from now on until the next reading. */
  carries(packets: number): void {
    this.#packets += packets;
  }

  getStats(): Promise<Map<string, object>> {
    this.readings += 1;
    const packets = { kind: 'audio', packetsReceived: this.#packets, packetsSent: this.#packets };
    return Promise.resolve(
      new Map([
        ['in', { type: 'inbound-rtp', ...packets }],
        ['out', { type: 'outbound-rtp', ...packets }],
        ...this.entries,
      ]),
    );
  }

  getConfiguration(): RTCConfiguration {
    return this.#configuration;
  }

  setConfiguration(configuration: RTCConfiguration): void {
    this.#configuration = configuration;
  }

  get sent(): string[] {
    return this.#senders.flatMap(({ track }) => track?.label ?? []);
  }

  getSenders(): object[] {
    return this.#senders;
  }

  addTransceiver(
    wanted: StubTrack | string,
    { direction }: { direction: RTCRtpTransceiverDirection },
  ): { sender: StubSender } {
    const track = typeof wanted === 'string' ? null : wanted;
    if (track && direction === 'sendrecv') this.#coming.push(new StubTrack(track.kind, `${track.label}, come back`));
    const sender: StubSender = {
      track,
      replaceTrack: (next) => {
        if (this.refusesTracks) return Promise.reject(new Error('InvalidStateError'));
        sender.track = next;
        return Promise.resolve();
      },
    };
    this.#senders.push(sender);
    return { sender };
  }

  /** How often another path was looked for. */
  restarts = 0;

  restartIce(): void {
    this.restarts += 1;
  }

  setLocalDescription(): Promise<void> {
    return Promise.resolve();
  }

  setRemoteDescription(): Promise<void> {
    for (const track of this.#coming) this.ontrack?.({ track, streams: [new StubStream([track])] });
    return Promise.resolve();
  }

  addIceCandidate(): Promise<void> {
    return Promise.resolve();
  }

  close(): void {
    this.closed = true;
  }
}

/** A browser reports a failed socket only as closed. */
class BrowserSocket extends WebSocket {
  constructor(url: string) {
    super(url);
    this.on('error', () => undefined);
  }
}

/** The members of an element that hold other elements. */
export class StubElement {
  readonly style = {};
  readonly children = new Set<StubElement>();
  #parent: StubElement | undefined;

  append(child: StubElement): void {
    child.remove();
    this.children.add(child);
    child.#parent = this;
  }

  remove(): void {
    this.#parent?.children.delete(this);
  }

  setAttribute(): void {
    // The client does not read them.
  }

  play(): Promise<void> {
    return Promise.resolve();
  }
}

/** The tracks of the browser's camera and microphone. */
export const devices: { stream: StubStream | undefined } = { stream: undefined };

/** Where events of the page as a whole are told, such as `pagehide`. */
export const page = new EventTarget();

/** The answers of the browser's screen picker, one for each call. */
export const screens: (() => Promise<StubStream>)[] = [];

/** What the picker was asked for. */
export const wishes: unknown[] = [];

/**
 * The parts of a browser that the client needs without media: for tests of messages and their order. Tests in test/browser/ use real
 * media. The replacements are undone after the tests of the file.
 */
export function inBrowserWorld(): void {
  const world: Record<string, unknown> = {
    WebSocket: BrowserSocket,
    RTCPeerConnection: StubPeer,
    MediaStream: StubStream,
    document: { createElement: () => new StubElement() },
    addEventListener: page.addEventListener.bind(page),
    removeEventListener: page.removeEventListener.bind(page),
    reportError: (error: unknown) => {
      throw error;
    },
    navigator: {
      mediaDevices: {
        getUserMedia: () => (devices.stream ? Promise.resolve(devices.stream) : Promise.reject(new Error('refused'))),
        getDisplayMedia: (wish: unknown) => {
          wishes.push(wish);
          return screens.shift()?.() ?? Promise.reject(new Error('nobody chose a screen'));
        },
      },
    },
  };
  const former = new Map<string, PropertyDescriptor | undefined>();

  before(() => {
    for (const [name, value] of Object.entries(world)) {
      former.set(name, Object.getOwnPropertyDescriptor(globalThis, name));
      Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
    }
  });

  beforeEach(() => {
    StubPeer.made.length = 0;
    screens.length = 0;
    wishes.length = 0;
    devices.stream = undefined;
  });

  after(() => {
    for (const [name, descriptor] of former) {
      if (descriptor) Object.defineProperty(globalThis, name, descriptor);
      else Reflect.deleteProperty(globalThis, name);
    }
  });
}
