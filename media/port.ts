/**
 * The port between rooms and whatever carries their media, in the words of the domain. Types only.
 *
 * Contract, for each engine:
 * - Every call that returns a promise settles within the engine's own time limit; a rejection is always a `MediaError`.
 * - What a call allocated on the media server belongs to the caller once the promise resolves. If the promise rejects,
 *   nothing stays allocated: what the media server makes later on is released by the engine.
 * - `release` may be called at any time and more than once; it never throws, and later calls on the released thing reject with
 *   `released`. Releasing a pipeline takes its endpoints with it. After `release` its listener hears nothing more.
 * - Listeners are called from the event loop, never from inside a call; what they throw is the engine's to log.
 * - What is allocated outlives the process that asked for it. Another process takes it over by its `record`: `adopt` answers at
 *   once and asks nobody, so that a whole room can be taken over in one turn. Calls on what was adopted wait for what they need. What
 *   cannot be had any more is told as any other loss, in a later turn.
 * - `letGo` ends the use of a thing without releasing it, so that another process may go on with it. In all else it is as `release`.
 */

/** By which another process takes over something on a media server: a text for the engine alone, of at most some hundred characters. */
export type MediaRecord = string;

export type MediaKind = 'audio' | 'video';
/** What goes from an element to another one. `data`: the messages of data channels. */
export type CarriedKind = MediaKind | 'data';

/** A trickled ICE candidate, as RTCIceCandidateInit has it (RFC 8839 §5.1 without the leading `a=`). */
export interface IceCandidate {
  readonly candidate: string;
  /** Empty when a client names the index alone. The media engine finds the mid in the client's offer. */
  readonly sdpMid: string;
  readonly sdpMLineIndex: number;
}

/** The closed list of reasons why a media call fails. */
export type MediaErrorCode =
  /** The offer is no SDP, or nothing in it can be served. */
  | 'offer-refused'
  /** No connection to a media server. */
  | 'unavailable'
  /** The media server did not answer in time. */
  | 'timeout'
  /** The media server does not know the object any more. */
  | 'object-gone'
  /** We released the object before the call. */
  | 'released'
  /** The media server is at its limit of endpoints, threads or ports. */
  | 'no-capacity'
  /** The media server does not have what was asked for. */
  | 'not-supported'
  /** Anything else the media server answered. */
  | 'engine-error';

/** Why a media call failed. Structural, so that rooms/ needs no class of media/. */
export interface MediaFailure extends Error {
  readonly code: MediaErrorCode;
}

export interface MediaEngine {
  /**
   * Opens the media context of one room. Rejects with `unavailable` when no media server can be reached.
   * @param room its key, for engines that treat rooms apart
   */
  openPipeline(listener: PipelineListener, room: string): Promise<Pipeline>;
  /**
   * Takes over a pipeline. Its loss is told when the media server that the record names is unknown here, or not there in time.
   * @param room as in `openPipeline`
   */
  adopt(record: MediaRecord, listener: PipelineListener, room: string): Pipeline;
  /** What its media servers can do, for a room that has no pipeline yet; of different ones the least. Absent: nobody can tell. */
  readonly abilities?: MediaAbilities | undefined;
  /** False while no new room could be carried. True also while nobody can tell; absent: there is no limit. */
  readonly hasCapacity?: boolean;
}

/** What can be done to fit media to each receiver. */
export interface MediaAbilities {
  /** Whether a publisher may send its picture in several sizes, of which each receiver gets one. */
  readonly simulcast: boolean;
  /** How many sizes there may be: the layers. */
  readonly layers: number;
  /** Whether a receiver can do without sound or picture for a while. */
  readonly pause: boolean;
  /** Whether an endpoint can go on over another path (`Endpoint.restart`). */
  readonly iceRestart: boolean;
  /** `server`: the media server tells which of the endpoints are heard. */
  readonly activeSpeaker: 'server' | 'none';
  /** Whether receivers may get the audio of the loudest alone (`Pipeline.setAudioLastN`). */
  readonly audioLastN: boolean;
}

export interface PipelineListener {
  /** The media server reports an error that concerns the pipeline as a whole. The pipeline goes on. */
  failed(failure: MediaFailure): void;
  /** The media server has died or forgotten the pipeline with all its endpoints. Called once, as the last call. */
  mediaLost(failure: MediaFailure): void;
  /** Its record is another one from now on. */
  recordChanged?(): void;
  /**
   * Calls `effect`, which releases something that a record may name and the owner of the pipeline does not know, once no other process can
   * have taken the room over before. Absent: at once.
   */
  whenOwned?(effect: () => void): void;
  /**
   * Other ones speak, or they are louder or less loud: all that speak now, the loudest first. Told by media servers that find it out
   * (`MediaAbilities.activeSpeaker`), a few times a second at most. Whatever comes from an endpoint counts, connected or not.
   */
  speakersChanged?(speakers: readonly SpeakerLevel[]): void;
}

/** Somebody who speaks. */
export interface SpeakerLevel {
  /** Of the pipeline: the sound comes from its client. */
  readonly endpoint: Endpoint;
  /** 0 to 1, in proportion to the sound pressure. */
  readonly level: number;
}

export interface Pipeline {
  /** As `MediaEngine.abilities`, of where it is. */
  readonly abilities?: MediaAbilities | undefined;
  createEndpoint(options: EndpointOptions, listener: EndpointListener): Promise<Endpoint>;
  /** Whether the media server says that it has filters of this type. */
  hasFilter(type: VideoFilter['type']): boolean;
  /**
   * Makes an element that changes video on its way: of endpoints of the same member. Rejects with `not-supported` when the media server has
   * none of that type.
   */
  createFilter(filter: VideoFilter, listener: ElementListener, options?: MemberOptions): Promise<FilterElement>;
  /**
   * Takes over an endpoint of this pipeline. One that has answered and is not connected yet goes on: the candidates that the media
   * server has found are told, those that were told before too.
   */
  adopt(record: MediaRecord, listener: EndpointListener): Endpoint;
  /**
   * Makes a recorder, which writes what is connected to it into a file. Rejects with `not-supported` when the media server has none.
   * Recorders are not adopted: another process that takes the pipeline over has them released with all else that it does not know.
   */
  createRecorder(options: RecorderOptions, listener: RecorderListener): Promise<Recorder>;
  /**
   * From now on receivers get the audio of so many, the loudest at each time, as far as the media server knows how loud they are
   * (`MediaAbilities.audioLastN`): of several media servers each one chooses among its own. Recorders get everybody's. 0, as at first: all.
   * Absent, or without effect, where it cannot be done.
   */
  setAudioLastN?(count: number): void;
  /** Takes over a filter of this pipeline. */
  adoptFilter(record: MediaRecord, listener: ElementListener): FilterElement;
  /**
   * For an adopted pipeline, once everything that is known of it has been adopted: releases the endpoints and filters in it that are
   * neither adopted nor made here. They are what the former process had begun to make. Resolves when the media server was asked for
   * that, when it keeps for us what was adopted, and when losses have been told; or when the pipeline is over. Never rejects.
   */
  finishAdoption(): Promise<void>;
  /** The same until its listener is told. */
  readonly record: MediaRecord;
  release(): void;
  /** Its elements are let go too. */
  letGo(): void;
}

/** What can be done to video on its way, besides passing it on. `imageUrl`: where the media server fetches the image. */
export type VideoFilter =
  | {
      /** An image over each face. Without one, nothing yet. */
      readonly type: 'face-overlay';
      readonly imageUrl?: string | undefined;
      /** Of the image. */
      readonly placement?: OverlayPlacement | undefined;
    }
  | {
      /** An image where the camera sees a marker. */
      readonly type: 'marker';
      readonly imageUrl: string;
      /** Which of the images that are configured it is. */
      readonly index: number;
    }
  | {
      /** One element of GStreamer. Such a command can do much on a media server: whoever gives it has to be trusted. */
      readonly type: 'gstreamer';
      /** The name of the element and its properties, as `videobalance saturation=0.0`. */
      readonly command: string;
      /** Those that were set later. */
      readonly properties: Readonly<Record<string, string>>;
    };

/** Where an image is in relation to a face: fractions of the face's width and height. */
export interface OverlayPlacement {
  readonly offsetX: number;
  readonly offsetY: number;
  readonly width: number;
  readonly height: number;
}

/** Of whom something in a pipeline is. What is of one member is on one media server, as long as there is any of it. */
export interface MemberOptions {
  /** Unique in the pipeline. Those without it count as one member. */
  readonly member?: string;
  /** Where the client of the member is, in the words in which media servers say where they are. Default: where this server is. */
  readonly region?: string;
}

/**
 * Limits of video in kbit/s, seen from the media server; 0: no limit. What is left out is as the media server, or its configuration, has it.
 * An engine that encodes nothing keeps to the largest values alone, by asking publishers for less: what it sends is as large as what the
 * receiver that may get most asks for, or one of the sizes in which a picture is published.
 */
export interface Bandwidth {
  readonly minVideoRecv?: number | undefined;
  readonly maxVideoRecv?: number | undefined;
  readonly minVideoSend?: number | undefined;
  readonly maxVideoSend?: number | undefined;
}

export interface EndpointOptions extends MemberOptions {
  /** Default: as the media server, or its configuration, has it. */
  readonly bandwidth?: Bandwidth | undefined;
  /** Ask for an SCTP data channel section. Default: false. */
  readonly dataChannels?: boolean;
}

export interface ElementListener {
  /**
   * The media server has lost it, for example because somebody else released it; its pipeline is still there. Or its media server has died,
   * and the pipeline has others. Called once, as the last call.
   */
  mediaLost(failure: MediaFailure): void;
}

/** The candidates of both sides, as far as they were told: text as in `IceCandidate`. */
export interface TriedCandidates {
  /** Of the media server. */
  readonly own: readonly string[];
  /** Of the client. */
  readonly remote: readonly string[];
}

export interface EndpointListener extends ElementListener {
  /** The media server found a local candidate; it belongs to the remote side. Never with empty text. */
  candidateFound(candidate: IceCandidate): void;
  /** The media server reports an error of this endpoint. The endpoint stays until it is released. */
  failed(failure: MediaFailure): void;
  /** The connection to the client was established or is down. A listener without this method does not get these events. */
  connectionChanged?(connected: boolean): void;
  /** The connection to the client could not be made, or was lost for good. A listener without this method does not get these events. */
  connectionFailed?(tried: TriedCandidates): void;
  /** All candidates of the media server's side have been told. Of an endpoint that was adopted this may not come. As `connectionFailed`. */
  candidatesDone?(): void;
  /**
   * Media or reports come from the client, or nothing has come for a while (25 s at the embedded engine). Of an endpoint that was
   * adopted only changes are told. As `connectionFailed`.
   */
  mediaChanged?(isFlowing: boolean): void;
  /**
   * Of what the client publishes in several sizes, these are wanted by somebody: one for each layer, the smallest first. What is not wanted
   * need not be sent. A listener without this method does not get these events.
   */
  layersWanted?(layers: readonly boolean[]): void;
}

/** Something media can be connected from and to. */
export interface MediaElement {
  /**
   * Sends the media of this element to `sink`, an element of the same pipeline (an endpoint's own for loopback). A sink has
   * one source of each kind: a new one replaces it. Default: of all kinds. Data does not reach an element on another media server.
   */
  connect(sink: MediaElement, kind?: CarriedKind): Promise<void>;
  disconnect(sink: MediaElement, kind?: CarriedKind): Promise<void>;
  /** That of an endpoint is another one once it is connected to, once it has answered, and when its listener is told of its connection. */
  readonly record: MediaRecord;
  release(): void;
  letGo(): void;
}

/** An element that changes video on its way. */
export interface FilterElement extends MediaElement {
  /**
   * Does something else from now on, and passes media on meanwhile.
   * @param filter of the same type; a `gstreamer` one with the same command, and at least the properties that it has
   */
  change(filter: VideoFilter): Promise<void>;
}

/** One WebRTC end inside an engine. */
export interface Endpoint extends MediaElement {
  /**
   * Negotiates: takes the client's SDP offer, resolves with the SDP answer and starts gathering candidates.
   * Once per endpoint. Rejects with `offer-refused` when the offer is no SDP or nothing in it can be served.
   */
  answer(sdpOffer: string): Promise<string>;
  /**
   * The client has another network: takes its offer for the same media over another path (an ICE restart), resolves with the answer, and
   * starts gathering candidates anew. What is connected stays connected. Rejects with `offer-refused` when the offer is for other media,
   * and with `not-supported` on a media server that cannot do it, such as a KMS; the endpoint goes on as it was then.
   */
  restart(sdpOffer: string): Promise<string>;
  /** Takes a remote candidate at any time; held back until gathering has started. Unusable ones are ignored. */
  addCandidate(candidate: IceCandidate): void;
  /** Of a subscription: what its client wants, in place of what it wanted before. Absent where the media server has no choice. */
  want?(wish: ReceiverWish): void;
  /** What it has carried of late, as the media server told last. Undefined where it does not tell, or has not yet. */
  readonly carried?: CarriedMedia | undefined;
}

/**
 * What a receiver wants of one stream. What is absent is for the media server to choose. Sound and picture that are not wanted are
 * disconnected besides, which any media server can do.
 */
export interface ReceiverWish {
  readonly audio: boolean;
  readonly video: boolean;
  /** No layer above this one; 0 is the smallest. */
  readonly maxLayer?: LayerIndex | undefined;
  /** Of the place where the picture is shown, in pixels: a larger picture is no use. */
  readonly width?: number | undefined;
  readonly height?: number | undefined;
  /** Pictures in a second, where its publisher sends them so that some can be left out. */
  readonly maxFrameRate?: number | undefined;
  /** Among the streams of one receiver, where not all can have what they want. The highest comes first. Default: 0. */
  readonly priority?: number | undefined;
  /** Endpoints with the same text share one bandwidth: they are of one person. */
  readonly receiver?: string | undefined;
}

export type LayerIndex = 0 | 1 | 2;

/** What an endpoint has carried in about 10 s, which ended up to 20 s ago. */
export interface CarriedMedia {
  /** Packets that came from the client. */
  readonly packetsIn: number;
  /** Share of the packets of a stream that were lost on the way, 0 to 1; of the stream that lost most. */
  readonly loss: number;
  /** To the client and back. Undefined until the client has told. */
  readonly roundTripMs?: number | undefined;
}

export interface RecorderOptions extends MemberOptions {
  /** Where the media server writes the file, as a uri in its own words. */
  readonly uri: string;
  /** What its source really sends: a media server may wait for a kind that never comes, and write nothing. One at least. */
  readonly kinds: readonly MediaKind[];
}

export interface RecorderListener extends ElementListener {
  /**
   * The file begins, with the first frame. Called once.
   * @param agoMs how long before now that frame was there
   */
  started(agoMs: number): void;
  /** It writes nothing more: the disk is full, the file cannot be opened. What is written stays. Called once, before `mediaLost` if that too. */
  failed(failure: MediaFailure, reason: 'no-space' | 'unwritable' | 'engine-error'): void;
}

/** Writes WebM with what its sources send, as it comes; nothing is decoded where the media server can avoid it. */
export interface Recorder extends MediaElement {
  /** Begins to write. Once. */
  start(): Promise<void>;
  /** Writes nothing until `resume`; the time in between is not in the file. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Resolves when the file is whole. Nothing is written after it. May be called twice. */
  stop(): Promise<void>;
}
