import type { NotificationParams, RequestResult } from '../dialects/kurento-room/types.js';
import type { Ask } from './ask.js';
import { Chat } from './chat.js';
import type { ChatMessage } from './chat.js';
import { base64Of, dataIn } from './data.js';
import { Emitter } from './emitter.js';
import { Entrance, hasLeft } from './entrance.js';
import { ClientError, asClientError } from './errors.js';
import type { Notification } from './frames.js';
import { fitsJson, givenFunction, givenList, givenObject, invalid, shown } from './given.js';
import { IceRenewal } from './ice-servers.js';
import { LastN } from './last-n.js';
import type { LocalPublication } from './local-publication.js';
import { LocalPublications } from './local-publications.js';
import { MediaConnections } from './media-connections.js';
import { Moderation } from './moderation.js';
import { Recordings } from './recordings.js';
import { Playback } from './playback.js';
import type { Participant } from './participant.js';
import { Others } from './others.js';
import type { PublishOptions } from './publish-options.js';
import { watchPage } from './page-watch.js';
import type { Publication } from './publication.js';
import type { QualityLevel } from './quality-report.js';
import { BackOff } from './back-off.js';
import { ResumeToken } from './resume-token.js';
import { Self } from './self.js';
import type { ActiveSpeaker, EndDetails, EndReason, RoomEvents, RoomSettings, RoomState } from './room-events.js';
import { readOptions, type RoomOptions } from './room-options.js';
import type { Grants } from './self.js';
import { Session } from './session.js';
import { webcam } from './streams.js';

/** A server that stops closes all rooms and then, within this time, the connection; it may be started again. */
const stoppingWithinMs = 400;
/** How long `leave` waits for the server's answer. */
const leaveTimeoutMs = 2000;
/** For so long, by default, a server keeps the name of a client whose connection was lost, in ms. */
const nameHeldMs = 20_000;

/** One membership of one room. Once closed it cannot be used again: make a new one to join again. */
export class Room extends Emitter<RoomEvents> {
  /** Name of the room. */
  readonly name: string;
  /** We ourselves: our name, our state, our grants. */
  readonly self: Self;
  /** What moderators can do in the room. */
  readonly moderation: Moderation;
  /** What of the room is recorded, and how to record it. */
  readonly recordings: Recordings;
  readonly #options: RoomOptions;
  #rpcParams: Readonly<Record<string, unknown>>;
  /** Of the server's WebSocket. */
  readonly #url: string;
  readonly #resumeToken: ResumeToken;
  readonly #entrance: Entrance;
  #settings: RoomSettings | undefined;
  #activeSpeakers: readonly ActiveSpeaker[] = [];
  #wantsOwnSpeech = false;
  readonly #others = new Others({
    subscribes: () => this.#options.autoSubscribe !== false && this.self.grants?.canSubscribe !== false,
    joined: (participant) => {
      this.emit('participantJoined', participant);
    },
    left: (participant) => {
      if (this.joined) this.emit('participantLeft', participant);
    },
    failed: (error, publisher) => {
      this.emit('mediaError', error, publisher);
    },
  });
  readonly #lastN: LastN;
  readonly #chat = new Chat();
  readonly #playback = new Playback((blocked) => {
    this.emit('audioBlocked', blocked);
  });
  #state: RoomState = 'new';
  /** We have been let in, and have not left. */
  #joined = false;
  #connections: MediaConnections | undefined;
  #iceRenewal: IceRenewal | undefined;
  readonly #published: LocalPublications;
  #closing: ReturnType<typeof setTimeout> | undefined;
  readonly #life = new AbortController();
  #leaving: Promise<void> | undefined;
  #rejoining: BackOff | undefined;
  #stopWatchingPage: () => void = () => undefined;
  /** The server said that the room is closed. */
  #roomClosed = false;
  /** Counts the times the server had forgotten us. */
  #renewals = 0;

  /**
   * Joins a room, and resolves with it. Rejects as the method `join`, or with `invalid-argument`.
   * @param prepare called with the room before it is joined, to add listeners: for `waiting`, and for what happens while we join
   */
  static async join(options: RoomOptions, prepare: (room: Room) => void = () => undefined): Promise<Room> {
    givenFunction(prepare, '`prepare`');
    const room = new Room(options);
    prepare(room);
    await room.join();
    return room;
  }

  /** Nothing is asked of the server before `join`. Throws `invalid-argument`. */
  constructor(options: RoomOptions) {
    super();
    const { address, room, user } = readOptions(options);
    this.#options = options;
    this.#rpcParams = options.rpcParams ?? {};
    this.#url = address.socket;
    this.name = room;
    const ask: Ask = async (method, params) => this.#requireJoined().session.request(method, params);
    this.self = new Self(user, ask);
    this.#published = new LocalPublications(this.self, (on) => {
      this.emit('sharing', on);
    });
    this.moderation = new Moderation(ask);
    this.recordings = new Recordings(ask);
    this.#lastN = new LastN(ask);
    this.#resumeToken = new ResumeToken(this.#url, this.name, user);
    const entering = { room: this.name, user, resumeToken: this.#resumeToken };
    this.#entrance = new Entrance(entering, options, (place) => {
      this.#become('waiting');
      this.emit('waiting', place);
    });
  }

  /** Our user name. With a token and no `RoomOptions.user` it is known once we are in. */
  get user(): string {
    return this.self.id;
  }

  /** What everybody may know of the room. Undefined where the server does not tell. */
  get settings(): RoomSettings | undefined {
    return this.#settings;
  }

  /** How far we are. */
  get state(): RoomState {
    return this.#state;
  }

  /**
   * What was said to everybody, oldest first: once we are in, also what was said before, as far as the server keeps it. At most the last
   * 500. Each message makes another list.
   */
  get messages(): readonly ChatMessage[] {
    return this.#chat.messages;
  }

  /** A method: it may change during any `await`, which the compiler does not see of a field. */
  #hasLeft(): boolean {
    return this.#state === 'closed';
  }

  #become(state: RoomState): void {
    if (state === this.#state || this.#hasLeft()) return;
    this.#state = state;
    if (state === 'closed') this.#joined = false;
    this.emit('state', state);
  }

  /** Whether we are in the room; also while the connection to the server is being got back. */
  get joined(): boolean {
    return this.#joined;
  }

  /** The others, by user name. */
  get participants(): ReadonlyMap<string, Participant> {
    return this.#others.all;
  }

  /** Those that speak, as the server told last, the loudest first. Empty where it does not tell. */
  get activeSpeakers(): readonly ActiveSpeaker[] {
    return this.#activeSpeakers;
  }

  /** Whether the server wants to be told that we speak, since its media server does not hear it. `OwnSpeech` does that. */
  get wantsOwnSpeech(): boolean {
    return this.#wantsOwnSpeech;
  }

  /** Our camera and microphone: the stream `webcam`. Undefined while we publish none. */
  get localPublication(): LocalPublication | undefined {
    return this.#published.all.get(webcam);
  }

  /** What we publish, by stream id. */
  get localPublications(): ReadonlyMap<string, LocalPublication> {
    return this.#published.all;
  }

  /**
   * Asks the server to let us in, and resolves once we are. Waits, where the room has a waiting room, until a moderator decides. Rejects
   * with `unreachable`, `timeout`, `name-taken`, `room-closed`, `room-refused`, `disconnected`, `closed` when we leave meanwhile, `denied`,
   * `refused`, or what docs/access.md#the-room-protocol has as reasons: `token-needed`, `token-invalid`, `token-expired`, `not-allowed`,
   * `banned`, `locked`, `password`, `room-full`, `too-many`.
   */
  async join(): Promise<void> {
    if (this.#state !== 'new') throw new ClientError('closed', 'A room is joined once; make a new one.');
    this.#become('joining');
    const session = await this.#open();
    if (this.#hasLeft()) {
      session.close();
      throw hasLeft();
    }
    const iceServers = [...(this.#options.iceServers ?? [])];
    // They may be others since the session was opened.
    session.setRpcParams(this.#rpcParams);
    const connections = new MediaConnections(session, { iceServers, bundlePolicy: 'max-bundle' });
    this.#connections = connections;
    connections.mayLack = (kind) => this.#lastN.mayLeaveOut(kind, this.#settings);
    if (this.#options.leaveOnPageHide !== false) this.#leaveWithPage(session);
    this.#iceRenewal = new IceRenewal(connections);
    session.on('notification', (notification) => {
      this.#receive(notification, connections);
    });
    session.on('pinged', () => {
      connections.pinged();
    });
    session.on('interrupted', (error) => {
      // Most likely the server is stopping and will be back, and this room alone was not closed.
      clearTimeout(this.#closing);
      if (this.joined) this.#become('reconnecting');
      this.emit('reconnecting', error);
    });
    session.on('resumed', () => {
      // The server was not stopping.
      if (this.#roomClosed) this.#endAndClose('room-closed');
      else this.#isBack(true);
    });
    session.on('renewed', () => {
      this.#roomClosed = false;
      // One that is still waiting to be let in asks again by itself.
      if (this.joined) void this.#rejoin(connections);
    });
    session.on('lost', () => {
      this.#end('disconnected');
    });
    try {
      const answer = await this.#entrance.enter(session, () => !this.#hasLeft());
      if (this.#hasLeft()) throw hasLeft();
      this.#joined = true;
      this.#entered(answer);
      this.#chat.kept(answer.messages ?? []);
      this.#others.found(answer.value, connections);
      this.#become('joined');
    } catch (thrown) {
      this.#become('closed');
      this.#release();
      session.close();
      throw asClientError(thrown, 'invalid-request');
    }
  }

  /**
   * Offers the tracks of `stream` to the room. What fails and can succeed later is tried again until it does, with pauses that grow:
   * the publication has the state `failed` meanwhile, and `failure` says why. Rejects where another attempt would fail too: with
   * `refused` when we publish that stream already, `not-in-room`, `not-allowed`, `media-refused`, `not-supported`, or `closed`.
   */
  async publish(stream: MediaStream, options: PublishOptions = {}): Promise<LocalPublication> {
    return this.#published.publish(stream, this.#requireJoined(), options);
  }

  /**
   * Asks the user for a screen or a window, and shows it as the stream `screen`, with its sound where the browser and the user give it,
   * until `stopSharing`, or until the user ends it in the browser. On a server that knows one stream of each participant it is shown in
   * place of the camera. Resolves with the publication that shows it. Rejects with `device-refused` when the user chose nothing,
   * `device-failed`, or as `publish`.
   */
  async shareScreen(): Promise<LocalPublication> {
    return this.#published.shareScreen(this.#requireJoined());
  }

  /** Shows our screen no more. Never rejects. */
  stopSharing(): Promise<void> {
    return this.#published.stopSharing();
  }

  /** The publication that shows our screen; its video is the screen. */
  get screen(): LocalPublication | undefined {
    return this.#published.screen;
  }

  /** Whether we show the screen. */
  get sharing(): boolean {
    return this.screen !== undefined;
  }

  /**
   * Says a text to everybody. The message comes back as an event, in the room's order. Rejects with `not-in-room`, `not-allowed`, `refused`
   * for a text that is too long, `timeout` or `disconnected`.
   */
  async chat(text: string): Promise<void> {
    const { session } = this.#requireJoined();
    await session.request('sendMessage', { message: text, userMessage: this.user, roomMessage: this.name });
  }

  /**
   * Sends data to all others, or to the participants of those ids, whose pages get it as the event `data`. `topic` says what it is, in up to
   * 256 characters. At most 16 kB, where the server is not set otherwise; a text goes in UTF-8. Rejects with `not-in-room` also when one of
   * them is not in the room, and then nobody gets it; otherwise as `chat`.
   */
  async send(
    topic: string,
    data: Uint8Array | string,
    options: { readonly to?: readonly string[] | undefined } = {},
  ): Promise<void> {
    const { to } = givenObject(options, 'The options');
    const receivers = to && { to: [...givenList(to, '`to`')] };
    if (typeof data !== 'string' && !(data instanceof Uint8Array))
      throw invalid(`\`data\` must be a text or a Uint8Array, not ${shown(data)}.`);
    const { session } = this.#requireJoined();
    await session.request('sendData', { topic, data: base64Of(data), ...receivers });
  }

  /**
   * Says of how many of the latest speakers we want the picture, of all that we receive. Screens come besides, and what we have given a
   * priority (`Publication.want`); sound always comes. 0: of everybody. Undefined, as at first: as the room has it (`settings.lastN`).
   * Rejects with `invalid-argument`, otherwise as `chat`; after we have joined anew it is said again.
   */
  setLastN(count: number | undefined): Promise<void> {
    return this.#lastN.want(count);
  }

  /**
   * Shows the publication in a `video` or `audio` element until it closes: others on the loudspeaker of this room, also after they were
   * lost and came back; our own without sound. What the element showed before makes way. Returns a function that takes it out of the
   * element again. Throws `invalid-argument`.
   */
  attach(publication: Publication | LocalPublication, element: HTMLMediaElement): () => void {
    return this.#playback.attach(publication, element);
  }

  /**
   * Plays an element that the page has given a stream, on the loudspeaker of this room. Returns a function that lets go of it. Throws
   * `invalid-argument`.
   */
  play(element: HTMLMediaElement): () => void {
    return this.#playback.play(element);
  }

  /**
   * The loudspeaker for what `attach` and `play` have, now and later: an id of `listDevices`; empty for the system's own. Rejects with
   * `device-missing`, `device-refused` or `device-failed`, also where the browser cannot choose.
   */
  setSpeaker(id: string): Promise<void> {
    return this.#playback.setSpeaker(id);
  }

  /** The id of the chosen loudspeaker; empty for the system's own. */
  get speaker(): string {
    return this.#playback.speaker;
  }

  /** Whether the browser wants a click before it plays sound. */
  get audioBlocked(): boolean {
    return this.#playback.blocked;
  }

  /** Starts the sound that the browser has blocked: to be called in a click. Never rejects. */
  startAudio(): Promise<void> {
    return this.#playback.startAudio();
  }

  /**
   * A request of this server's own, such as `{ hat: true }` (docs/protocols/kurento-room.md#39-customrequest). Rejects
   * with the server's refusal, or as `chat`.
   */
  async customRequest(params: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, unknown>>> {
    return this.#requireJoined().session.requestUnknown('customRequest', params);
  }

  /** Sends any request, for methods that this library does not have. Rejects with the server's refusal, or as `chat`. */
  async request(method: string, params: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, unknown>>> {
    return this.#requireJoined().session.requestUnknown(method, params);
  }

  /** Members added to the params of every later request. Throws `invalid-argument` for what is no object, or does not fit into JSON. */
  setRpcParams(params: Readonly<Record<string, unknown>>): void {
    fitsJson(givenObject(params, 'The params'));
    this.#rpcParams = { ...params };
    this.#connections?.session.setRpcParams(this.#rpcParams);
  }

  /** @internal For tests: the connection to the server breaks as if the network had lost it. */
  dropConnection(): void {
    this.#connections?.session.drop();
  }

  /**
   * Leaves and closes everything. Never rejects; may be called twice. The server is told before this returns, so that it may be called as a
   * page goes away.
   */
  leave(): Promise<void> {
    this.#leaving ??= this.#leave();
    return this.#leaving;
  }

  async #leave(): Promise<void> {
    const session = this.#connections?.session;
    this.#entrance.cancel();
    // The server handles one request after the other: a client that is joining leaves right after.
    const answered = this.#hasLeft() ? undefined : session?.request('leaveRoom', {}, leaveTimeoutMs);
    this.#end('left');
    // We have left also without an answer.
    await answered?.catch(() => undefined);
    session?.close();
  }

  /** Nobody on the page is told as it goes away: a page that is loaded again comes back by itself. */
  #leaveWithPage(session: Session): void {
    let isGone = false;
    this.#stopWatchingPage = watchPage({
      hidden: () => {
        isGone = true;
        // Nothing is to wait: what was sent before the page is gone goes out.
        session.request('leaveRoom', {}).catch(() => undefined);
        session.close();
      },
      shownAgain: () => {
        if (isGone) this.#end('disconnected');
      },
    });
  }

  async #open(): Promise<Session> {
    try {
      return await Session.open(this.#url, { ...this.#options, rpcParams: this.#rpcParams }, this.#life.signal);
    } catch (error) {
      this.#become('closed');
      throw error;
    }
  }

  #isBack(resumed: boolean): void {
    if (this.joined) this.#become('joined');
    this.emit('reconnected', resumed);
  }

  #entered(answer: RequestResult<'joinRoom'>): void {
    this.self.entered(answer);
    if (this.#connections) this.#connections.hasStreams = answer.features?.includes('streams') ?? false;
    this.#iceRenewal?.take(answer);
    if (this.#connections) this.#connections.reports = answer.features?.includes('reports') ?? false;
    if (this.#connections) this.#connections.reportsQuality = answer.features?.includes('quality') ?? false;
    if (this.#connections) this.#connections.takesWishes = answer.capabilities !== undefined;
    if (this.#connections) this.#connections.layers = answer.capabilities?.layers ?? 1;
    if (this.#connections) this.#connections.restarts = answer.capabilities?.iceRestart === true;
    this.#settings = answer.room;
    // The server tells newcomers of those that speak, after its answer.
    this.#activeSpeakers = [];
    this.#wantsOwnSpeech = answer.capabilities?.activeSpeaker === 'clients';
    this.recordings.entered(answer.recording ?? false);
    this.#lastN.entered();
  }

  /** The server has forgotten us: joins as if for the first time, and starts again what we had. */
  async #rejoin(connections: MediaConnections): Promise<void> {
    const { clock } = connections.session;
    const backOff = new BackOff(clock);
    this.#rejoining = backOff;
    const until = clock.now() + nameHeldMs;
    const renewal = ++this.#renewals;
    // The connection was lost once more: the session begins anew, and this does too.
    const isStale = (): boolean => !this.joined || renewal !== this.#renewals;
    for (;;) {
      try {
        const answer = await this.#entrance.enter(connections.session, () => !isStale());
        if (isStale()) return;
        this.moderation.forget();
        this.recordings.forget();
        this.#entered(answer);
        this.#others.reconcile(answer.value, connections);
        // The server tells of those that are not.
        for (const id of [this.user, ...this.participants.keys()]) this.#qualityChanged(id, 'excellent');
        for (const message of this.#chat.kept(answer.messages ?? [])) this.emit('message', message);
        this.#published.mediaLost(new ClientError('disconnected', 'The server has started anew.'));
        this.#isBack(false);
        return;
      } catch (thrown) {
        if (isStale() || !connections.session.connected) return;
        const error = asClientError(thrown, 'server-error');
        const { advice, code } = error;
        // The server may keep the name for us: the connection was lost before the answer came.
        const isHeld = code === 'name-taken' && clock.now() < until;
        if (advice !== 'retry' && !isHeld) {
          if (isRefusal(error)) this.#endAndClose('refused', refusedWith(error));
          else this.#endAndClose('disconnected');
          return;
        }
        await backOff.wait();
        if (isStale()) return;
      }
    }
  }

  #receive(notification: Notification, connections: MediaConnections): void {
    if (!this.joined) return;
    switch (notification.method) {
      case 'participantJoined':
        this.#others.came(notification.params, connections);
        break;
      case 'participantPublished':
        this.#others.publishes(notification.params.id, notification.params.streams, connections);
        break;
      case 'participantUnpublished':
        if (notification.params.name === this.user)
          this.#published.taken(notification.params.streams?.map(({ id }) => id));
        else this.#others.unpublishes(notification.params);
        break;
      case 'participantLeft':
        this.#others.remove(notification.params.name);
        break;
      case 'participantEvicted': {
        const { reason = '', mayReturn = false } = notification.params;
        this.#endAndClose('evicted', { message: reason, mayReturn });
        break;
      }
      case 'sendMessage': {
        const { user } = notification.params;
        const sender = user === this.user ? this.self : this.#others.find(user);
        const message = this.#chat.said(notification.params, sender?.name ?? user);
        if (message) this.emit('message', message);
        break;
      }
      case 'data': {
        const message = dataIn(notification.params);
        if (message) this.emit('data', message);
        break;
      }
      case 'iceCandidate': {
        const { endpointName, stream, ...candidate } = notification.params;
        connections.addCandidate(endpointName, stream, candidate);
        break;
      }
      case 'mediaError': {
        const { error: text, sender, stream } = notification.params;
        const error = new ClientError('media-failed', text);
        if (sender === undefined) this.#published.mediaLost(error);
        else this.#others.find(sender)?.subscriptionLost(error, stream);
        this.emit('mediaError', error, sender);
        break;
      }
      case 'roomClosed':
        this.#roomClosed = true;
        clearTimeout(this.#closing);
        this.#closing = setTimeout(() => {
          this.#endAndClose('room-closed');
        }, stoppingWithinMs);
        break;
      case 'participantQuality':
        this.#qualityChanged(notification.params.id, notification.params.level);
        break;
      case 'layersWanted':
        this.#published.all.get(notification.params.stream)?.layersWanted(notification.params.layers);
        break;
      case 'activeSpeakersChanged':
        this.#activeSpeakers = notification.params.speakers;
        this.emit('activeSpeakersChanged', this.#activeSpeakers);
        break;
      case 'serverStopping':
        this.emit('serverStopping', notification.params);
        break;
      case 'custonNotification':
        this.emit('customNotification', notification.params);
        break;
      case 'participantStateChanged': {
        const { id, ...state } = notification.params;
        (id === this.user ? this.self : this.#others.find(id))?.stateChanged(state);
        break;
      }
      case 'participantUpdated': {
        const { id, ...changes } = notification.params;
        (id === this.user ? this.self : this.#others.find(id))?.updated(changes);
        break;
      }
      case 'roomUpdated':
        this.#updated(notification.params);
        break;
      case 'participantWaiting':
        this.moderation.waitingChanged(notification.params);
        break;
      case 'grantsChanged':
        this.#grantsChanged(notification.params.grants);
        break;
      case 'unmuteRequested':
        this.self.unmuteRequested(notification.params.by, notification.params.kinds);
        break;
      case 'recordingStarted':
        this.recordings.started(notification.params);
        break;
      case 'recordingChanged':
        this.recordings.stateChanged(notification.params);
        break;
      case 'recordingStopped':
      case 'recordingFailed': {
        const { id, reason } = notification.params;
        this.recordings.over(id, reason, notification.method === 'recordingStopped');
        break;
      }
      case 'admitted':
      case 'denied':
        // For one that waits: its admission listens.
        break;
      default:
        notification satisfies never;
    }
  }

  #updated({ recording, ...changes }: NotificationParams<'roomUpdated'>): void {
    if (recording !== undefined) this.recordings.othersChanged(recording);
    if (Object.keys(changes).length > 0) this.#settingsChanged(changes);
  }

  #qualityChanged(id: string, level: QualityLevel): void {
    const whose = id === this.user ? this.self : this.#others.find(id);
    if (whose?.connectionQualityBecomes(level)) this.emit('participantQuality', id, level);
  }

  #settingsChanged(changes: { readonly [Name in keyof RoomSettings]?: RoomSettings[Name] | undefined }): void {
    if (!this.#settings) return;
    const given = Object.entries(changes).filter(([, value]) => value !== undefined);
    this.#settings = { ...this.#settings, ...(Object.fromEntries(given) as Partial<RoomSettings>) };
    this.emit('settingsChanged', this.#settings);
  }

  #grantsChanged(grants: Grants): void {
    this.self.grantsChanged(grants);
    if (!grants.roomAdmin) this.moderation.forget();
    this.#published.grantsChanged();
    this.#others.rightsChanged(grants.canSubscribe);
  }

  #endAndClose(reason: EndReason, details?: EndDetails): void {
    this.#end(reason, details);
    this.#connections?.session.close();
  }

  #end(reason: EndReason, details: EndDetails = { message: '', mayReturn: true }): void {
    if (this.#hasLeft()) return;
    this.#become('closed');
    // Only a client whose connection was lost has a name that is kept for it.
    if (reason !== 'disconnected') this.#resumeToken.forget();
    this.#release();
    this.emit('closed', reason, details);
    this.#playback.end();
  }

  /** Ends all that the room owns, but for the session. */
  #release(): void {
    this.#life.abort();
    this.#stopWatchingPage();
    this.#iceRenewal?.stop();
    this.#rejoining?.hurry();
    clearTimeout(this.#closing);
    this.#published.end();
    this.#others.end();
  }

  #requireJoined(): MediaConnections {
    if (this.joined && this.#connections) return this.#connections;
    throw new ClientError('not-in-room', 'You are not in the room.');
  }
}

/** Whether the server refuses us, and not something that is wrong between it and us. */
function isRefusal({ code, reason }: ClientError): boolean {
  return reason !== undefined || code === 'denied' || code === 'refused';
}

function refusedWith({ message, advice }: ClientError): EndDetails {
  return { message, mayReturn: advice === 'try-later' };
}
