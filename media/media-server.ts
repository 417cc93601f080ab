import type {
  Endpoint,
  EndpointListener,
  EndpointOptions,
  MediaEngine,
  MediaKind,
  MediaRecord,
  Pipeline,
  PipelineListener,
  VideoFilter,
} from './port.js';

/**
 * One media server as the placement sees it: an engine that can also carry media to another media server. The contract is that of
 * `port.ts`. Types only.
 */
export interface MediaServer extends MediaEngine {
  /** As anybody may read it: without user and password. */
  readonly url: string;
  /** Where the media server is. Undefined: nowhere in particular. */
  readonly region?: string | undefined;
  /** Whether the media server answers now. */
  readonly up: boolean;
  readonly load: EngineLoad;
  /** Which filters it says it has. Default: none. */
  readonly knownFilters?: readonly VideoFilter['type'][];
  openPipeline(listener: PipelineListener, room: string): Promise<ServerPipeline>;
  adopt(record: MediaRecord, listener: PipelineListener, room: string): ServerPipeline;
}

/**
 * What an engine has on its media server. Pipelines and endpoints count from the moment they are asked for: two rooms that open
 * at the same moment must not choose the same media server.
 */
export interface EngineLoad {
  readonly pipelines: number;
  readonly endpoints: number;
}

/** A pipeline that is on one media server. */
export interface ServerPipeline extends Pipeline {
  createEndpoint(options: ServerEndpointOptions, listener: EndpointListener): Promise<ServerEndpoint>;
  adopt(record: MediaRecord, listener: EndpointListener): ServerEndpoint;
}

export interface ServerEndpointOptions extends EndpointOptions {
  /** It is an end of a relay: media comes in from another media server, or goes out to one. Default: its other side is a client. */
  readonly relay?: 'in' | 'out';
}

export interface ServerEndpoint extends Endpoint {
  /** Offers to send media of these kinds, in place of answering an offer. Resolves with the SDP offer. Once per endpoint. */
  offer(kinds: readonly MediaKind[]): Promise<string>;
  /** Takes the SDP answer to its offer, and starts gathering candidates. */
  accept(sdpAnswer: string): Promise<void>;
  /** Its own SDP, of an endpoint that has answered or offered. */
  localDescription(): Promise<string>;
}
