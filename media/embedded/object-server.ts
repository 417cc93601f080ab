import { KurentoError } from './objects/kurento-error.js';
import type { Log } from '../../log.js';
import type { EventFields, MediaObject, ObjectContext } from './objects/media-object.js';
import { tagList } from './objects/media-object.js';
import { MediaPipeline } from './objects/media-pipeline.js';
import { MediaFigures } from './objects/media-figures.js';
import { ObjectTree } from './objects/object-tree.js';
import type { Shape } from './objects/parameters.js';
import { flag, objectId, oneOf, readParams, text } from './objects/parameters.js';
import type { Pulse } from './objects/pulse.js';
import { mediaProfiles, RecorderEndpoint } from './objects/recorder-endpoint.js';
import { Recordings } from './recorder/recordings.js';
import { PassThrough } from './objects/pass-through.js';
import { ServerManager } from './objects/server-manager.js';
import type { Session } from './protocol/sessions.js';
import { Sessions } from './protocol/sessions.js';
import { Subscriptions } from './protocol/subscriptions.js';
import type { Transports } from './transport/transport.js';
import { NoCapacity } from './transport/transport.js';
import { WebRtcEndpoint } from './objects/webrtc-endpoint.js';

export interface ObjectServerOptions {
  readonly transports: Transports;
  readonly log: Log;
  readonly pulse: Pulse;
  readonly gcPeriodMs: number;
  /** Undefined: nothing is recorded. */
  readonly recordings?: Recordings;
  /** Speech is louder than this, in dBov. Default: -35. */
  readonly speakerLevel?: number;
}

/** docs/protocols/kurento-media.md#71-construction */
const dscpValues = [
  'NO_DSCP',
  'NO_VALUE',
  'AUDIO_VERYLOW',
  'AUDIO_LOW',
  'AUDIO_MEDIUM',
  'AUDIO_HIGH',
  'VIDEO_VERYLOW',
  'VIDEO_LOW',
  'VIDEO_MEDIUM',
  'VIDEO_MEDIUM_THROUGHPUT',
  'VIDEO_HIGH',
  'VIDEO_HIGH_THROUGHPUT',
  'DATA_VERYLOW',
  'DATA_LOW',
  'DATA_MEDIUM',
  'DATA_HIGH',
  'CHROME_HIGH',
  'CHROME_MEDIUM',
  'CHROME_LOW',
  'CHROME_VERYLOW',
  'CS0',
  'CS1',
  'CS2',
  'CS3',
  'CS4',
  'CS5',
  'CS6',
  'CS7',
  'AF11',
  'AF12',
  'AF13',
  'AF21',
  'AF22',
  'AF23',
  'AF31',
  'AF32',
  'AF33',
  'AF41',
  'AF42',
  'AF43',
  'EF',
  'VOICEADMIT',
  'LE',
] as const;

const elementShape = { mediaPipeline: objectId } satisfies Shape;
const webRtcEndpointShape = {
  ...elementShape,
  // These two matter only in offers that the endpoint makes.
  recvonly: flag.optional(),
  sendonly: flag.optional(),
  useDataChannels: flag.optional(),
  certificateKeyType: oneOf('CertificateKeyType', ['RSA', 'ECDSA']).optional(),
  // Checked, and without effect: the transport marks no packets.
  qosDscp: oneOf('DSCPValue', dscpValues).optional(),
} satisfies Shape;

const recorderEndpointShape = {
  mediaPipeline: objectId,
  uri: text,
  mediaProfile: oneOf('MediaProfileSpecType', mediaProfiles).optional(),
  stopOnEndOfStream: flag.optional(),
} satisfies Shape;

/** The media objects, with the sessions and subscriptions of clients. The methods of the protocol act on it. */
export class ObjectServer {
  readonly sessions: Sessions;
  readonly subscriptions = new Subscriptions();
  readonly objects: ObjectTree;
  readonly #context: ObjectContext;
  readonly #pulse: Pulse;
  readonly #manager: ServerManager;
  readonly #factories: Readonly<Record<string, (params: unknown) => MediaObject>> = {
    MediaPipeline: () => new MediaPipeline(this.#context),
    PassThrough: (params) => {
      const { mediaPipeline } = readParams(elementShape, params, 'constructorParams');
      return new PassThrough(this.#pipeline(mediaPipeline), this.#context);
    },
    WebRtcEndpoint: (params) => {
      const { mediaPipeline, ...options } = readParams(webRtcEndpointShape, params, 'constructorParams');
      return new WebRtcEndpoint(this.#pipeline(mediaPipeline), this.#context, options);
    },
    RecorderEndpoint: (params) => {
      const { mediaPipeline, uri, ...options } = readParams(recorderEndpointShape, params, 'constructorParams');
      return new RecorderEndpoint(this.#pipeline(mediaPipeline), this.#context, uri, options);
    },
  };

  constructor(options: ObjectServerOptions) {
    const { transports, log, pulse, gcPeriodMs, recordings = new Recordings(), speakerLevel = -35 } = options;
    this.#pulse = pulse;
    const figures = new MediaFigures(pulse);
    this.sessions = new Sessions(
      gcPeriodMs,
      (session) => {
        log.info('session ended', { session: session.id, held: session.held.size });
        this.#letGo(session);
      },
      () => pulse.now(),
    );
    this.objects = new ObjectTree({
      created: (object) => {
        log.debug('object created', { object: object.id });
        this.#manager.raise('ObjectCreated', { object: object.id });
      },
      destroyed: (object) => {
        log.debug('object destroyed', { object: object.id });
        this.sessions.forgetObject(object);
        this.subscriptions.forgetObject(object.id);
        this.#manager.raise('ObjectDestroyed', { objectId: object.id });
      },
    });
    this.#context = {
      log,
      transports,
      recordings,
      pulse,
      figures,
      speechLimit: -speakerLevel,
      find: (id) => this.find(id),
      raise: (source, event, fields) => {
        this.#deliver(source, event, fields);
      },
      isHeard: (source, event) => this.subscriptions.has(source.id, event),
    };
    this.#manager = new ServerManager(
      {
        pipelines: () => this.objects.roots.map(({ id }) => id),
        sessions: () => this.sessions.all.map(({ id }) => id),
        factories: {
          core: ['MediaPipeline', 'PassThrough'],
          elements: ['RecorderEndpoint', 'WebRtcEndpoint'],
          filters: [],
        },
        carried: () => figures.told,
      },
      this.#context,
    );
  }

  start(): void {
    this.#pulse.start();
    this.sessions.start();
  }

  stop(): void {
    this.sessions.stop();
    this.#pulse.stop();
    for (const object of this.objects.roots) this.objects.release(object);
  }

  /** `type` with its module or without: `kurento.MediaPipeline`, `MediaPipeline`. @throws KurentoError */
  create(type: string, params: unknown): MediaObject {
    const name = type.replace(/^kurento\./, '');
    const factory = Object.hasOwn(this.#factories, name) ? this.#factories[name] : undefined;
    if (!factory) throw new KurentoError(40108, `Factory '${type}' not found`);
    try {
      const object = factory(params);
      this.objects.add(object);
      return object;
    } catch (error) {
      if (error instanceof NoCapacity) throw new KurentoError(40009, error.message, { cause: error });
      throw error;
    }
  }

  /** @throws KurentoError 40101 */
  find(id: string): MediaObject {
    return id === this.#manager.id ? this.#manager : this.objects.find(id);
  }

  /** Without effect when the object is unknown, or is the server manager. */
  release(id: string): void {
    const object = this.objects.get(id);
    if (object) this.objects.release(object);
  }

  /** The object stays at least as long as the session. The server manager always stays. */
  hold(session: Session, object: MediaObject): void {
    if (object !== this.#manager) session.hold(object);
  }

  /** The session does not need the object any more. It is released when no other session holds it. */
  letGo(session: Session, id: string): void {
    const object = this.objects.get(id);
    if (!object || !session.held.delete(object)) return;
    if (!this.sessions.isHeld(object)) this.objects.release(object);
  }

  #letGo(session: Session): void {
    this.subscriptions.forgetSession(session);
    const orphans = [...session.held].filter((object) => !this.sessions.isHeld(object));
    session.held.clear();
    for (const object of orphans) this.objects.release(object);
  }

  #pipeline(id: string): MediaPipeline {
    const object = this.find(id);
    if (object instanceof MediaPipeline) return object;
    throw new KurentoError(40107, `Object '${id}' is not a media pipeline`);
  }

  #deliver(source: MediaObject, event: string, fields: EventFields): void {
    let text: string | undefined;
    for (const { channel } of this.subscriptions.subscribers(source.id, event)) {
      if (!channel) continue;
      text ??= eventText(source, event, fields);
      channel.send(text);
    }
  }
}

/** The frame of an event (docs/protocols/kurento-media.md#37-subscribe-unsubscribe-onevent). */
function eventText(source: MediaObject, event: string, fields: EventFields): string {
  const data = {
    ...fields,
    source: source.id,
    tags: source.sendTagsInEvents ? tagList(source) : [],
    // Some tell of an earlier time.
    timestampMillis: fields.timestampMillis ?? String(Date.now()),
    ...(event === 'ObjectCreated' || event === 'ObjectDestroyed' || event === 'Error' ? {} : { type: event }),
  };
  return JSON.stringify({
    jsonrpc: '2.0',
    method: 'onEvent',
    params: { value: { data, object: source.id, type: event } },
  });
}
