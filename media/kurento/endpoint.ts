import { MediaError } from '../errors.js';
import type { Log } from '../../log.js';
import type { ElementFacts } from '../media-record.js';
import { recordOf } from '../media-record.js';
import type { ServerEndpoint } from '../media-server.js';
import type { ServerFigures } from '../server-figures.js';
import type {
  CarriedMedia,
  EndpointListener,
  IceCandidate,
  MediaAbilities,
  MediaFailure,
  MediaKind,
  MediaRecord,
  ReceiverWish,
} from '../port.js';
import { KurentoElement, mediaTypes } from './element.js';
import type { Property } from './endpoint-properties.js';
import {
  connectionState,
  connectionStateChanged,
  errorEvent,
  iceCandidateFound,
  iceComponentStateChanged,
  iceConnections,
  iceGatheringDone,
  layersWanted,
  localSdp,
  mediaStateChanged,
  sdpText,
} from './messages.js';
import { notify } from '../notify.js';
import type { Pace } from './pace.js';
import { RemoteCandidates, midsOf } from './remote-candidates.js';
import type { RemoteObject } from './remote-object.js';
import type { WatchedEndpoint } from './watched-endpoint.js';
import type { WatchedEndpoints } from './watched-endpoints.js';

/** A section that was not refused (RFC 3264 §6: a refused one has port 0). */
const servedSection = /^m=\S+ [1-9]/m;

/** Of each side: more than browsers have. */
const mostTried = 32;

export interface EndpointSurroundings {
  readonly log: Log;
  readonly watched: WatchedEndpoints;
  readonly steps: ServerFigures['steps'];
  /** Of its media server. */
  readonly abilities: () => MediaAbilities;
  /** The id of its pipeline. */
  readonly pipeline: string;
}

export class KurentoEndpoint extends KurentoElement implements ServerEndpoint {
  readonly #listener: EndpointListener;
  readonly #watched: WatchedEndpoint;
  readonly #steps: EndpointSurroundings['steps'];
  readonly #abilities: EndpointSurroundings['abilities'];
  readonly #candidates: RemoteCandidates;
  /** What was tried, for a listener that wants to know of a connection that failed. */
  readonly #tried: { readonly own: string[]; readonly remote: string[] } = { own: [], remote: [] };
  #negotiated = false;
  #failureTold = false;
  /** What its listener was told. */
  #connected: boolean | undefined;

  /** Of one that was taken over: the candidates that were told since, which may come in two ways. */
  #told: Set<string> | undefined;

  /**
   * @param ended as that of an element
   * @param facts of one that another process has made
   */
  constructor(
    remote: RemoteObject,
    listener: EndpointListener,
    { log, watched, steps, abilities, pipeline }: EndpointSurroundings,
    ended: () => void,
    facts?: ElementFacts,
  ) {
    super(remote, listener, log, ended);
    this.#listener = listener;
    this.#steps = steps;
    this.#abilities = abilities;
    this.#watched = watched.add({
      pipeline,
      isAdopted: facts !== undefined,
      hasEnded: () => this.ended,
      stats: (kind) => this.remote.invoke('getStats', { mediaType: mediaTypes[kind] }),
    });
    this.#connected = facts?.connected;
    this.#candidates = new RemoteCandidates((candidate) => {
      this.remote.invoke('addIceCandidate', { candidate }).catch((error: unknown) => {
        if (!this.ended) log.debug('a remote candidate was not taken', { endpoint: remote.id, error });
      });
    });
    if (!facts?.mids) return;
    this.#negotiated = true;
    this.#candidates.open(facts.mids.map((mid) => mid ?? undefined));
  }

  /** Does what must be done on the media server before the endpoint can be used. */
  async prepare(properties: readonly Property[]): Promise<void> {
    await Promise.all([
      ...properties.map((property) => this.#set(property)),
      this.#watchCandidates(),
      this.#watchErrors(),
      ...(this.#listener.connectionChanged ? [this.#watchConnection()] : []),
      ...(this.#listener.connectionFailed ? [this.#watchFailure()] : []),
      ...(this.#listener.candidatesDone ? [this.#watchGathering()] : []),
      ...(this.#listener.mediaChanged ? [this.#watchMedia()] : []),
      ...(this.#watchesLayers ? [this.#watchLayers()] : []),
    ]);
  }

  /**
   * Another process has made it. What it was told meanwhile is lost: its state is asked for, and while the client is not connected, its
   * candidates are too (docs/protocols/kurento-media.md#41-taking-over).
   */
  override async takeOver(pace: Pace): Promise<void> {
    const watches = this.#listener.connectionChanged !== undefined;
    const watchesFailure = this.#listener.connectionFailed !== undefined;
    const urgency = this.#connected === true ? 'later' : 'urgent';
    // The media server keeps it for us first of all.
    await pace.run(urgency, () => this.remote.describe());
    if (watches) await pace.run(urgency, () => this.#watchConnection());
    const state = await pace.run(urgency, () => this.invoke('getConnectionState'));
    const connected = connectionState.safeParse(state).data === 'CONNECTED';
    if (watches && (this.#connected ?? false) !== connected) this.#connectionChanged(connected);
    if (watchesFailure) await pace.run(urgency, () => this.#watchFailure());
    if (!connected) await this.#takeOverCandidates(pace);
    if (this.#listener.mediaChanged) await pace.run('later', () => this.#watchMedia());
    if (this.#watchesLayers) await this.#takeOverLayers(pace);
    await pace.run('later', () => this.#watchErrors());
  }

  override get record(): MediaRecord {
    const mids = this.#candidates.mids?.map((mid) => mid ?? null);
    const connected = this.#connected;
    return recordOf({
      is: 'endpoint',
      id: this.id,
      ...(mids && { mids }),
      ...(connected !== undefined && { connected }),
    });
  }

  async answer(sdpOffer: string): Promise<string> {
    this.#negotiate();
    const sdp = await this.#answerTo(sdpOffer);
    this.#watched.answered(sdp);
    this.#begin(sdpOffer);
    return sdp;
  }

  /** Candidates of the client may come before its offer has arrived. */
  async restart(sdpOffer: string): Promise<string> {
    this.assertOpen();
    const { mids = [] } = this.#candidates;
    this.#candidates.hold();
    try {
      const sdp = await this.#askForSdp('processRestartOffer', { offer: sdpOffer });
      this.#failureTold = false;
      this.#begin(sdpOffer);
      return sdp;
    } catch (error) {
      this.#candidates.open(mids);
      throw error;
    }
  }

  async offer(kinds: readonly MediaKind[]): Promise<string> {
    this.#negotiate();
    // A kind that is false is left out in both directions (docs/protocols/kurento-media.md#72-negotiation).
    const options = { offerToReceiveAudio: kinds.includes('audio'), offerToReceiveVideo: kinds.includes('video') };
    return this.#askForSdp('generateOffer', { options });
  }

  async accept(sdpAnswer: string): Promise<void> {
    this.assertOpen();
    await this.invoke('processAnswer', { answer: sdpAnswer });
    this.#begin(sdpAnswer);
  }

  async localDescription(): Promise<string> {
    this.assertOpen();
    return this.#askForSdp('getLocalSessionDescriptor');
  }

  /** A KMS has one layer, and no operation for this. */
  want(wish: ReceiverWish): void {
    if (this.ended || !this.#abilities().simulcast) return;
    this.remote.invoke('setReceiverWish', { wish }).catch((error: unknown) => {
      if (!this.ended) this.log.warn('a media server did not take what a receiver wants', { endpoint: this.id, error });
    });
  }

  get carried(): CarriedMedia | undefined {
    return this.remote.carried ?? this.#watched.carried;
  }

  addCandidate(candidate: IceCandidate): void {
    if (this.ended) return;
    this.#keep(this.#tried.remote, candidate);
    this.#candidates.add(candidate);
  }

  /** Counts what becomes of it. */
  async #answerTo(sdpOffer: string): Promise<string> {
    try {
      const sdp = await this.#askForSdp('processOffer', { offer: sdpOffer });
      if (!servedSection.test(sdp)) throw new MediaError('offer-refused', 'Nothing in the offer can be served');
      for (const step of ['offer', 'answer'] as const) this.#steps.add(step, 'ok');
      return sdp;
    } catch (error) {
      const isOffer = error instanceof MediaError && error.code === 'offer-refused';
      if (isOffer) this.#steps.add('offer', 'failed');
      else if (!this.ended) this.#steps.add('answer', 'failed');
      throw error;
    }
  }

  #negotiate(): void {
    this.assertOpen();
    if (this.#negotiated) throw new MediaError('engine-error', 'An endpoint answers one offer only');
    this.#negotiated = true;
  }

  async #askForSdp(operation: string, params?: object): Promise<string> {
    const sdp = sdpText.safeParse(await this.invoke(operation, params)).data;
    if (sdp === undefined) throw new MediaError('engine-error', `${operation}: no SDP in the answer`);
    return sdp;
  }

  /** Both sides are described. */
  #begin(remoteSdp: string): void {
    this.#gather().catch((error: unknown) => {
      if (error instanceof MediaError) this.#failed(error);
    });
    this.#candidates.open(midsOf(remoteSdp));
  }

  /** A property that is refused does not end the call. The value may be a secret, and the answer may repeat it, so neither is logged. */
  async #set([property, value]: Property): Promise<void> {
    try {
      await this.remote.invoke(`set${property.charAt(0).toUpperCase()}${property.slice(1)}`, { [property]: value });
    } catch (error) {
      const reason = error instanceof MediaError ? error.code : 'engine-error';
      this.log.warn('a property of an endpoint was not set', { endpoint: this.remote.id, property, reason });
    }
  }

  async #takeOverCandidates(pace: Pace): Promise<void> {
    await pace.run('urgent', () => this.#watchCandidates());
    if (!this.#negotiated) return;
    this.#told ??= new Set();
    const sdp = await pace.run('urgent', () => this.invoke('getLocalSessionDescriptor'));
    for (const candidate of candidatesIn(localSdp.safeParse(sdp).data ?? '')) this.#candidateFound(candidate);
    // Whether it was asked for that before cannot be told, and a second time does no harm.
    await pace.run('urgent', () => this.#gather());
    if (!this.#listener.connectionFailed) return;
    const connections = await pace.run('urgent', () => this.invoke('getIceConnectionState'));
    for (const { state } of iceConnections.safeParse(connections).data ?? []) this.#iceChanged(state);
  }

  /** A media server that refuses it is told of as a failure. @throws MediaError for any other reason */
  async #gather(): Promise<void> {
    await this.invoke('gatherCandidates').catch((error: unknown) => {
      if (!(error instanceof MediaError) || error.code !== 'engine-error') throw error;
      this.#failed(error);
    });
  }

  #watchCandidates(): Promise<void> {
    return this.remote.subscribe('IceCandidateFound', iceCandidateFound, ({ candidate }) => {
      this.#candidateFound(candidate);
    });
  }

  #watchErrors(): Promise<void> {
    return this.remote.subscribe('Error', errorEvent, ({ description, errorCode, type }) => {
      this.#failed(new MediaError('engine-error', `${description} (${errorCode} ${type})`));
    });
  }

  #watchConnection(): Promise<void> {
    return this.remote.subscribe('ConnectionStateChanged', connectionStateChanged, ({ newState }) => {
      this.#connectionChanged(newState === 'CONNECTED');
    });
  }

  #watchGathering(): Promise<void> {
    return this.remote.subscribe('IceGatheringDone', iceGatheringDone, () => {
      if (this.ended) return;
      notify(this.log, () => {
        this.#listener.candidatesDone?.();
      });
    });
  }

  #watchMedia(): Promise<void> {
    return this.remote.subscribe('MediaStateChanged', mediaStateChanged, ({ newState }) => {
      if (this.ended) return;
      notify(this.log, () => {
        this.#listener.mediaChanged?.(newState === 'CONNECTED');
      });
    });
  }

  #connectionChanged(connected: boolean): void {
    if (this.ended) return;
    this.#connected = connected;
    if (connected) this.#watched.connected();
    notify(this.log, () => {
      this.#listener.connectionChanged?.(connected);
    });
  }

  get #watchesLayers(): boolean {
    return this.#listener.layersWanted !== undefined && this.#abilities().simulcast;
  }

  #watchLayers(): Promise<void> {
    return this.remote.subscribe('LayersWanted', layersWanted, ({ layers }) => {
      this.#layersWanted(layers);
    });
  }

  /** What was told meanwhile is lost: the present state is told once more. */
  async #takeOverLayers(pace: Pace): Promise<void> {
    await pace.run('later', () => this.#watchLayers());
    const layers = await pace.run('later', () => this.invoke('getLayersWanted'));
    const known = layersWanted.shape.layers.safeParse(layers).data ?? [];
    if (known.length > 0) this.#layersWanted(known);
  }

  #layersWanted(layers: readonly boolean[]): void {
    if (this.ended) return;
    notify(this.log, () => {
      this.#listener.layersWanted?.(layers);
    });
  }

  #watchFailure(): Promise<void> {
    return this.remote.subscribe('IceComponentStateChanged', iceComponentStateChanged, ({ state }) => {
      this.#iceChanged(state);
    });
  }

  /** Each component of each stream may say it. */
  #iceChanged(state: string): void {
    if (this.ended) return;
    this.#watched.iceChanged(state);
    if (this.#failureTold || state !== 'FAILED') return;
    this.#failureTold = true;
    notify(this.log, () => {
      this.#listener.connectionFailed?.(this.#tried);
    });
  }

  #keep(tried: string[], { candidate }: IceCandidate): void {
    if (this.#listener.connectionFailed && tried.length < mostTried) tried.push(candidate);
  }

  #candidateFound(candidate: IceCandidate): void {
    if (this.ended || candidate.candidate === '') return;
    const key = `${candidate.sdpMLineIndex} ${candidate.candidate}`;
    if (this.#told?.has(key)) return;
    this.#told?.add(key);
    this.#keep(this.#tried.own, candidate);
    notify(this.log, () => {
      this.#listener.candidateFound(candidate);
    });
  }

  #failed(failure: MediaFailure): void {
    if (this.ended) return;
    notify(this.log, () => {
      this.#listener.failed(failure);
    });
  }
}

/** Those of each section that is served (RFC 8839 §5.1). */
function candidatesIn(sdp: string): IceCandidate[] {
  const [, ...sections] = sdp.split(/^m=/m);
  return sections.flatMap((section, sdpMLineIndex) => {
    if (!servedSection.test(`m=${section}`)) return [];
    const sdpMid = /^a=mid:(\S+)/m.exec(section)?.[1] ?? String(sdpMLineIndex);
    const found = section.matchAll(/^a=(candidate:[^\r\n]+)/gm);
    return [...found].map(([, candidate = '']) => ({ candidate, sdpMid, sdpMLineIndex }));
  });
}
