/** A page on openvidu-browser as its pages are written: it subscribes to whatever comes, and writes down what it is told. */
import type {
  Connection,
  OpenVidu as Library,
  Publisher,
  PublisherProperties,
  Session,
  Stream,
  StreamManager,
  Subscriber,
} from 'openvidu-browser';

declare const OpenVidu: new () => Library;

/** One connection of the page: a page may have several. */
interface Seat {
  readonly library: Library;
  readonly session: Session;
  readonly told: string[];
  readonly subscribers: Map<string, Subscriber>;
  publisher?: Publisher;
}

const seats = new Map<string, Seat>();

/** The name in the data of a connection: `{"clientData":"Ana"}`, with the server's data behind it or not. */
function nameOf(connection: Connection | undefined): string {
  const [text = ''] = (connection?.data ?? '').split('%/%');
  try {
    return (JSON.parse(text) as { readonly clientData: string }).clientData;
  } catch {
    return text === '' ? 'nobody' : text;
  }
}

/** Some versions of the library have `signal:` before it. */
const plain = (type: string): string => type.replace(/^signal:/, '');

const typeOf = (stream: Stream | undefined): string => stream?.streamId.slice(0, 7) ?? 'no stream';

async function enter(label: string, token: string, name: string, subscribes = true): Promise<string> {
  const library = new OpenVidu();
  // Without this it writes all it does into the console.
  library.enableProdMode();
  const session = library.initSession();
  const told: string[] = [];
  const subscribers = new Map<string, Subscriber>();
  const note = (...words: readonly unknown[]): void => {
    told.push(words.join(' '));
  };
  session.on('connectionCreated', ({ connection }) => {
    note('connectionCreated', nameOf(connection));
  });
  session.on('connectionDestroyed', ({ connection, reason }) => {
    note('connectionDestroyed', nameOf(connection), reason);
  });
  session.on('streamCreated', ({ stream }) => {
    note('streamCreated', nameOf(stream.connection), typeOf(stream));
    if (subscribes) subscribers.set(stream.streamId, session.subscribe(stream, place(label)));
  });
  session.on('streamDestroyed', ({ stream, reason }) => {
    note('streamDestroyed', nameOf(stream.connection), typeOf(stream), reason);
    subscribers.delete(stream.streamId);
  });
  session.on('streamPropertyChanged', ({ stream, changedProperty, newValue, oldValue, reason }) => {
    const values = [oldValue, newValue].map((value: unknown) => JSON.stringify(value));
    note('streamPropertyChanged', nameOf(stream.connection), changedProperty, ...values, reason);
  });
  session.on('connectionPropertyChanged', ({ changedProperty, oldValue, newValue }) => {
    note('connectionPropertyChanged', changedProperty, oldValue, newValue);
  });
  session.on('signal', ({ type, data, from }) => {
    note('signal', plain(type), data, 'from', nameOf(from));
  });
  session.on('signal:chat', ({ type, data, from }) => {
    note('signal:chat', plain(type), data, 'from', nameOf(from));
  });
  session.on('sessionDisconnected', ({ reason }) => {
    note('sessionDisconnected', reason);
  });
  session.on('recordingStarted', () => {
    note('recordingStarted');
  });
  session.on('recordingStopped', ({ reason }) => {
    note('recordingStopped', reason);
  });
  session.on('reconnecting', () => {
    note('reconnecting');
  });
  session.on('reconnected', () => {
    note('reconnected');
  });
  session.on('exception', ({ name: which, message }) => {
    note('exception', which, message);
  });
  seats.set(label, { library, session, told, subscribers });
  await session.connect(token, { clientData: name });
  return session.connection.connectionId;
}

/** Where the videos of a seat are. */
function place(label: string): HTMLElement {
  const found = document.getElementById(label) ?? document.createElement('div');
  found.id = label;
  document.body.append(found);
  return found;
}

function seat(label: string): Seat {
  const found = seats.get(label);
  if (!found) throw new Error(`nobody is at the seat ${label}`);
  return found;
}

/** Resolves when the stream is published. With `remote` the page shows what comes back from the server. */
async function publish(label: string, properties: PublisherProperties = {}, remote = false): Promise<string> {
  const own = seat(label);
  const publisher = await own.library.initPublisherAsync(place(label), { mirror: false, ...properties });
  if (remote) publisher.subscribeToRemote();
  own.publisher = publisher;
  publisher.on('streamDestroyed', ({ reason }) => {
    own.told.push(`own streamDestroyed ${reason}`);
  });
  await own.session.publish(publisher);
  return publisher.stream.streamId;
}

/** Of what somebody sends to this seat; of what comes back, for the own name. */
function streamOf(label: string, name: string): StreamManager | undefined {
  const { publisher, session, subscribers } = seat(label);
  if (publisher && nameOf(session.connection) === name) return publisher;
  return [...subscribers.values()].find(({ stream }) => nameOf(stream.connection) === name);
}

async function playing(manager: StreamManager): Promise<object> {
  const video = manager.videos[0]?.video;
  let frames = 0;
  let audioPackets = 0;
  for (const report of (await manager.stream.getRTCPeerConnection().getStats()).values() as Iterable<
    Record<string, unknown>
  >) {
    if (report.type !== 'inbound-rtp') continue;
    if (report.kind === 'video') frames += Number(report.framesDecoded ?? 0);
    else audioPackets += Number(report.packetsReceived ?? 0);
  }
  const { stream } = manager;
  const media = stream.getMediaStream() as MediaStream | undefined;
  return {
    streamId: stream.streamId,
    audioActive: stream.audioActive,
    videoActive: stream.videoActive,
    tracks: (media?.getTracks() ?? [])
      .map(({ kind }) => kind)
      .sort()
      .join(),
    frames,
    audioPackets,
    width: video?.videoWidth ?? 0,
    time: video?.currentTime ?? 0,
  };
}

Object.assign(window, {
  openvidu: {
    seat,
    enter,
    publish,
    /** Again, after `unsubscribe`. */
    subscribe: (label: string, name: string) => {
      const { session, subscribers } = seat(label);
      const stream = [...session.remoteConnections.values()].find((each) => nameOf(each) === name)?.stream;
      if (!stream) throw new Error(`${name} publishes nothing`);
      subscribers.set(stream.streamId, session.subscribe(stream, place(label)));
    },
    streamOf,
    /** What a seat gets of somebody, or null. */
    received: async (label: string, name: string) => {
      const manager = streamOf(label, name);
      return manager?.stream.getRTCPeerConnection() ? playing(manager) : null;
    },
    /** Whom a seat receives. */
    streams: (label: string) => [...seat(label).subscribers.values()].map(({ stream }) => nameOf(stream.connection)),
    /** What a promise is rejected with: the name of the library's error, or its message. */
    refusal: async (promise: Promise<unknown>) => {
      try {
        await promise;
        return 'no refusal';
      } catch (error) {
        const { name, message, code } = error as Partial<Record<string, string>>;
        return [name === 'Error' ? undefined : name, code, message].filter((part) => part !== undefined).join(' ');
      }
    },
    leaveAll: () => {
      for (const [label, { session, told }] of seats) {
        // After an eviction the library would ask over a closed socket.
        if (!told.some((line) => line.startsWith('sessionDisconnected'))) session.disconnect();
        document.getElementById(label)?.remove();
      }
      seats.clear();
    },
  },
});
