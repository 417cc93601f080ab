import { computed, signal, type Signal } from '@preact/signals';
import {
  ClientError,
  Speakers,
  type EndDetails,
  type EndReason,
  type MediaKind,
  type PublicationState,
  type Room,
} from '../../client/index.js';
import { CallOptions } from './call-options.js';
import { Chat } from './chat.js';
import type { Message } from './chat.js';
import { explainMedia } from './explain.js';
import { Absentees } from './absentees.js';
import { House } from './house.js';
import type { DeviceKind, LocalMedia } from './local-media.js';
import type { Preferences } from './preferences.js';
import { chimeIn } from './chimes.js';
import { recall, remember } from './remembered.js';
import { Person, inOrder } from './person.js';
import { Reactions, emojis, reactionIn, reactionTopic, type ReactionKind } from './reactions.js';
import type { PageSettings } from './server.js';
import { Scene } from './scene.js';
import { Sharing } from './sharing.js';
import { Toasts } from './toasts.js';
import type { Voice } from '../words/words.js';
import { Trouble, reasonOf, type TroubleReason } from './trouble.js';
import { Guests } from './guests.js';
import { Readings } from './readings.js';
import { Recorder } from './recorder.js';
import { wantPictures } from './wanted-pictures.js';

export type PanelName = 'chat' | 'people' | 'statistics' | 'recordings';

/** What opens above a button of the bar, one at a time. */
export type MenuName = 'microphone' | 'camera' | 'reactions' | 'more' | 'leave' | 'invitation';

/** A moderator asks for it. */
export interface UnmuteWish {
  readonly by: string;
  readonly kinds: readonly MediaKind[];
}

/** How much of a message a toast shows, in characters. */
const longestToast = 120;

/** The call as the page shows it. */
export class Call {
  readonly room: Room;
  readonly media: LocalMedia;
  readonly house: House;
  readonly recorder: Recorder;
  readonly toasts = new Toasts();
  readonly options: CallOptions;
  readonly voice: Voice;
  readonly hasHat: boolean;
  /** Whether the server knows of raised hands. */
  readonly hasHands: boolean;
  readonly reactions = new Reactions();
  /** Whether the user may send what others are shown. A server that tells no grants carries no data either. */
  readonly mayReact = signal(false);
  readonly self: Person;
  readonly #guests: Guests;
  readonly others: Signal<readonly Person[]>;
  /** The user of this page first. */
  readonly people = computed(() => [this.self, ...this.others.value]);
  /** Raised hands first, in their order. */
  readonly list = computed(() => inOrder(this.people.value));
  readonly hands = computed(() => this.list.value.filter(({ handSince }) => handSince.value !== undefined));
  readonly unmuteWish = signal<UnmuteWish | undefined>(undefined);
  readonly chat: Chat;
  readonly panel = signal<PanelName | undefined>(undefined);
  readonly menu = signal<MenuName | undefined>(undefined);
  readonly dialog = signal<'settings' | 'keys' | undefined>(undefined);
  readonly preferences: Preferences;
  /** The id of the loudspeaker; empty for the system's own. */
  readonly speaker = signal(recall().speaker);
  readonly reconnecting = signal(false);
  /** The browser wants a click before it plays sound. */
  readonly soundBlocked = signal(false);
  readonly hat = signal(false);
  readonly #sharing: Sharing;
  readonly scene = new Scene(this.people);
  /** How the user wants the pictures to be laid out. */
  readonly layout = this.scene.choice;
  /** Whether nothing at all comes through, and why. */
  readonly trouble: Trouble;
  readonly #absent = new Absentees((name) => {
    this.toasts.show(this.voice.words().call.left(name));
  });
  readonly #speakers: Speakers;
  readonly #readings: Readings;
  readonly #stopWanting: () => void;
  /** Takes the toast of a message away. */
  #hideMessage = (): void => undefined;
  /** We were not allowed to speak. */
  #wasSilenced: boolean;

  /** @param ended called once, when the user is not in the room any more */
  constructor(
    room: Room,
    media: LocalMedia,
    settings: PageSettings,
    ended: (reason: EndReason, details: EndDetails) => void,
    options = new CallOptions(),
  ) {
    this.room = room;
    this.options = options;
    this.voice = options.voice;
    this.preferences = options.preferences;
    this.#guests = new Guests(this.toasts, this.voice, (id) => this.#speakers.levelOf(id));
    this.others = this.#guests.all;
    this.media = media;
    this.hasHat = settings.hasHat;
    this.chat = new Chat(room, (message) => {
      if (options.chat.value) this.#toastMessage(message);
    });
    this.house = new House(room, this.toasts, this.voice);
    this.recorder = new Recorder(room, this.toasts, this.voice);
    this.hasHands = room.self.state !== undefined;
    this.mayReact.value = room.self.grants?.canPublishData ?? false;
    this.#wasSilenced = !room.self.mayPublish('audio');
    this.self = new Person(room.user, room.self.name, true, this.voice);
    if (room.self.state) this.self.take(room.self.state);
    this.#sharing = new Sharing(room, this.self, this.toasts, this.voice);
    this.showOwn();
    for (const participant of room.participants.values()) this.#guests.welcome(participant);
    this.#stopWanting = wantPictures(this.scene);
    this.#listen(ended);
    // One that is not there any more is no reason to be silent.
    void room.setSpeaker(this.speaker.value).catch(() => undefined);
    room.on('audioBlocked', (blocked) => (this.soundBlocked.value = blocked));
    room.on('closed', this.preferences.keep());
    chimeIn(room, this.preferences);
    room.on(
      'closed',
      media.onLost((kind, next) => void this.#lost(kind, next)),
    );
    this.trouble = new Trouble(
      () => (this.reconnecting.value ? [] : this.#states()),
      () => this.#whyNothingComes(),
    );
    this.#speakers = new Speakers(room, {
      thresholdDb: settings.thresholdDb,
      // The server's interval says how often pages shall change the main speaker. Speech is shown at once.
      // A shorter interval would cost too much: each reading asks every connection for its statistics.
      intervalMs: Math.min(settings.speakerIntervalMs, 700),
    });
    this.self.level = () => this.#speakers.levelOf(this.self.id);
    this.#speakers.on('changed', (names) => {
      const speakers = names.flatMap((name) => this.#person(name) ?? []).filter((person) => !person.isCut('audio'));
      for (const person of this.people.value) person.speaking.value = speakers.includes(person);
      this.scene.heard(speakers);
    });
    this.#readings = new Readings(room, this.people);
    void this.#followOwnVoice();
  }

  /** Of the room, for people. */
  get title(): string {
    const title = this.house.settings.value?.title ?? '';
    return title === '' ? this.room.name : title;
  }

  /** Publishes camera and microphone, as far as they are there. Never rejects. */
  async publish(): Promise<void> {
    const { room, media } = this;
    // The browser may still be asking the user.
    await media.settled();
    await room.localPublication?.close();
    if (this.#isOver()) return;
    this.showOwn();
    if (media.hint.value) this.toasts.show(media.hint.value, 'problem');
    const stream = media.stream.value && this.#allowedOf(media.stream.value);
    if (!stream) return;
    const { transit } = this.self;
    try {
      const publishing = room.publish(stream, { kinds: this.#kindsToCome() });
      // It is there at once, and `publish` waits for the server.
      if (room.localPublication) transit.follow(room.localPublication);
      const publication = await publishing;
      let isTaken = false;
      publication.on('taken', () => (isTaken = true));
      publication.on('closed', () => {
        if (transit.followed === publication) transit.end();
        if (isTaken) this.#wasTaken();
      });
    } catch (error) {
      if (!this.#isOver() && error instanceof ClientError) {
        transit.refused(error);
        this.toasts.show(explainMedia(error, this.self.name, this.self.name, this.voice.words()), 'problem');
      }
    }
    this.showOwn();
  }

  /** Tries at once to send and to receive what does not come through. */
  retry(): void {
    if (this.self.transit.unsent.value && !this.room.localPublication) void this.publish();
    for (const { transit } of this.people.value) transit.followed?.retry();
  }

  /** Mutes or unmutes. A device that is missing is looked for once more. */
  async toggle(kind: DeviceKind): Promise<void> {
    if (this.media.isOpening(kind)) return;
    this.unmuteWish.value = undefined;
    const turned = this.media.toggle(kind, (track) => void this.#release(track));
    this.showOwn();
    const track = await turned;
    await this.#send(track);
    this.room.localPublication?.tellMuted();
    this.showOwn();
    if (!track && this.media.state(kind) === 'missing' && this.media.hint.value)
      this.toasts.show(this.media.hint.value, 'problem');
  }

  /** Does what a moderator has asked for. */
  async grantUnmute(): Promise<void> {
    const kinds = this.unmuteWish.value?.kinds ?? [];
    this.unmuteWish.value = undefined;
    for (const kind of kinds) {
      const device = kind === 'audio' ? 'microphone' : 'camera';
      if (this.media.state(device) !== 'on') await this.toggle(device);
    }
  }

  async toggleHand(): Promise<void> {
    try {
      await this.room.self.raiseHand(this.self.handSince.value === undefined);
    } catch {
      this.toasts.show(this.voice.words().bar.handFailed, 'problem');
    }
  }

  /** Shows it to everybody. Those that come too fast are dropped. Never rejects. */
  async react(kind: ReactionKind): Promise<void> {
    const hide = this.reactions.show(this.self.id, kind, true);
    if (!hide) return;
    try {
      await this.room.send(reactionTopic, emojis[kind]);
    } catch {
      hide();
      if (!this.#isOver()) this.toasts.show(this.voice.words().reactions.failed, 'problem');
    }
  }

  async choose(kind: DeviceKind, id: string): Promise<void> {
    await this.#send(await this.media.choose(kind, id));
    this.showOwn();
  }

  async flip(): Promise<void> {
    await this.#send(await this.media.flip());
    this.showOwn();
  }

  async chooseSpeaker(id: string): Promise<void> {
    try {
      await this.room.setSpeaker(id);
      this.speaker.value = id;
      remember({ speaker: id });
    } catch {
      this.toasts.show(this.voice.words().devices.speakerFailed, 'problem');
    }
  }

  /** Whether the user shows their screen. */
  get sharing(): Signal<boolean> {
    return this.#sharing.on;
  }

  toggleSharing(): Promise<void> {
    return this.#sharing.toggle();
  }

  async toggleHat(): Promise<void> {
    try {
      await this.room.customRequest({ hat: !this.hat.value });
      this.hat.value = !this.hat.value;
    } catch {
      this.toasts.show(this.voice.words().bar.hatFailed, 'problem');
    }
  }

  show(panel: PanelName | undefined): void {
    if (panel === 'chat' && !this.options.chat.value) return;
    this.panel.value = panel;
    this.chat.show(panel === 'chat');
    if (panel === 'chat') this.#hideMessage();
  }

  /** What Escape does: closes the menu or the panel; when none is open, lets go of the pinned picture. */
  dismiss(): void {
    if (this.menu.value) this.menu.value = undefined;
    else if (this.panel.value) this.show(undefined);
    else this.scene.unpin();
  }

  showOwn(): void {
    const { self, media } = this;
    const stream = media.stream.value;
    self.stream.value = stream;
    const takesPart = stream !== undefined || this.room.localPublication !== undefined;
    self.idle.value = takesPart ? undefined : 'listeningOnly';
    self.muted.value = takesPart && media.state('microphone') !== 'on';
    self.cameraOff.value = takesPart && media.state('camera') !== 'on';
    self.publishes.value = this.room.localPublication !== undefined;
  }

  /** What of it the user may publish. A user who may publish nothing listens: their devices are off then. */
  #allowedOf(stream: MediaStream): MediaStream | undefined {
    const { self } = this.room;
    const tracks = stream.getTracks();
    const allowed = tracks.filter(({ kind }) => self.mayPublish(kind as MediaKind));
    if (allowed.length === tracks.length) return stream;
    if (allowed.length > 0) {
      this.toasts.show(self.mayPublish('audio') ? this.voice.words().call.unseen : this.voice.words().call.unheard);
      return new MediaStream(allowed);
    }
    this.media.close();
    this.toasts.show(this.voice.words().call.listenOnly);
    this.showOwn();
    return undefined;
  }

  /** A moderator has ended what we publish. To turn the microphone or the camera on publishes again, where that is allowed. */
  #wasTaken(): void {
    this.media.close();
    this.toasts.show(this.voice.words().call.stopped);
    this.showOwn();
  }

  #isOver(): boolean {
    return !this.room.joined;
  }

  #listen(ended: (reason: EndReason, details: EndDetails) => void): void {
    const { room } = this;
    this.#listenToOwn();
    room.on('participantJoined', (participant) => {
      this.#guests.welcome(participant);
      if (!this.#absent.isBack(participant.id)) this.toasts.show(this.voice.words().call.joined(participant.name));
    });
    room.on('participantLeft', ({ id, name }) => {
      this.#guests.left(id);
      if (!room.joined) return;
      if (this.reconnecting.value) this.#absent.add(id, name);
      else this.toasts.show(this.voice.words().call.left(name));
    });
    room.on('mediaError', (error, who) => {
      if (who === undefined) {
        this.#guests.interrupted();
        return;
      }
      const person = this.#person(who);
      this.toasts.show(explainMedia(error, person?.name ?? who, this.self.name, this.voice.words()), 'problem');
    });
    room.on('participantQuality', (id, level) => {
      const person = this.#person(id);
      if (person) person.connectionQuality.value = level;
    });
    room.on('serverStopping', ({ inMs, comeBack, reason = '' }) => {
      const { restarts, stops } = this.voice.words().call;
      const text = (comeBack ? restarts : stops)(Math.round(inMs / 60_000));
      this.toasts.show(reason === '' ? text : `${text} (${reason})`, comeBack ? 'fact' : 'problem');
    });
    room.on('data', (message) => {
      const kind = reactionIn(message);
      // A program, which is not on the stage, has no name to be shown.
      const person = kind && this.others.value.find(({ id }) => id === message.from);
      if (person) this.reactions.show(person.id, kind);
    });
    room.on('reconnecting', () => {
      this.#isOffline(true);
    });
    room.on('reconnected', (resumed) => {
      this.#isOffline(false);
      if (resumed) return;
      // A server that has forgotten us has forgotten our hat, too.
      this.hat.value = false;
      this.mayReact.value = room.self.grants?.canPublishData ?? false;
      if (room.self.state) this.self.take(room.self.state);
      this.house.reconnected();
      this.recorder.reconnected();
    });
    room.on('waiting', () => {
      this.toasts.show(this.voice.words().call.askedAgain);
    });
    room.on('closed', (reason, details) => {
      this.#readings.close();
      this.#stopWanting();
      this.#guests.close();
      this.trouble.close();
      this.#absent.close();
      ended(reason, details);
    });
  }

  #listenToOwn(): void {
    const { self } = this.room;
    self.on('updated', ({ name }) => {
      this.self.renamed(name);
    });
    self.on('stateChanged', (state) => {
      const before = this.self.cut.value;
      this.self.take(state);
      for (const kind of ['audio', 'video'] as const) this.#cutChanged(kind, before.includes(kind));
    });
    self.on('unmuteRequested', (by, kinds) => {
      this.unmuteWish.value = { by: this.#person(by)?.name ?? by, kinds };
    });
    self.on('grantsChanged', () => {
      if (this.#wasSilenced && self.mayPublish('audio')) this.toasts.show(this.voice.words().call.maySpeak);
      this.#wasSilenced = !self.mayPublish('audio');
      this.mayReact.value = self.grants?.canPublishData ?? false;
      this.showOwn();
    });
  }

  /** This comes later than the page, so that the page is small. Never rejects. */
  async #followOwnVoice(): Promise<void> {
    const { followOwnVoice } = await import('./own-voice.js').catch(() => ({ followOwnVoice: undefined }));
    followOwnVoice?.(this.room, this.#speakers, this.media.microphone, this.toasts, this.voice);
  }

  #cutChanged(kind: MediaKind, wasCut: boolean): void {
    const isCut = this.self.isCut(kind);
    if (isCut === wasCut) return;
    if (kind === 'audio') {
      this.toasts.show(isCut ? this.voice.words().call.muted : this.voice.words().call.unmuted);
    } else this.toasts.show(isCut ? this.voice.words().call.videoStopped : this.voice.words().call.videoAgain);
  }

  /** The first line of the last message, while the chat is closed. */
  #toastMessage({ from, name, text }: Message): void {
    const { said, server } = this.voice.words().chat;
    const [line = ''] = text.trim().split('\n', 1);
    const shown = line.length <= longestToast ? line : `${Array.from(line).slice(0, longestToast).join('')} …`;
    this.#hideMessage();
    this.#hideMessage = this.toasts.show(said(from === '' ? server : name, shown));
  }

  #person(id: string): Person | undefined {
    return this.people.value.find((person) => person.id === id);
  }

  #isOffline(offline: boolean): void {
    this.reconnecting.value = offline;
    for (const { transit } of this.people.value) transit.offline.value = offline;
  }

  #states(): readonly PublicationState[] {
    return this.people.value.flatMap(({ transit }) => transit.state.value ?? []);
  }

  async #whyNothingComes(): Promise<TroubleReason | undefined> {
    const { localPublication, participants } = this.room;
    const subscriptions = [...participants.values()]
      .flatMap(({ publications }) => [...publications.values()])
      .flatMap(({ subscription }) => subscription ?? []);
    const sides = localPublication ? [localPublication, ...subscriptions] : subscriptions;
    return reasonOf(
      await Promise.all(sides.map((each) => each.report())),
      this.people.value.flatMap(({ transit }) => transit.failure.value ?? []),
    );
  }

  /** Sends it in place of the former one. A device that comes to somebody who only listened is published. */
  async #send(track: MediaStreamTrack | undefined): Promise<void> {
    if (!track || this.#isOver()) return;
    const publication = this.room.localPublication;
    if (publication && this.room.self.mayPublish(track.kind as MediaKind))
      await publication.replaceTrack(track).catch(() => undefined);
    else if (!publication) await this.publish();
  }

  /** The camera is turned off: it is sent no more, and stopped. */
  async #release(track: MediaStreamTrack): Promise<void> {
    await this.room.localPublication?.setCamera(false);
    track.stop();
  }

  async #lost(kind: DeviceKind, next: MediaStreamTrack | undefined): Promise<void> {
    const { lost, lostFor } = this.voice.words().devices;
    this.toasts.show(next ? lostFor[kind](next.label) : lost[kind], 'problem');
    await this.#send(next);
    this.showOwn();
  }

  /** Those that the user may publish, and has: what is off at first comes later. */
  #kindsToCome(): readonly MediaKind[] {
    return (['audio', 'video'] as const).filter(
      (kind) =>
        this.room.self.mayPublish(kind) && this.media.state(kind === 'audio' ? 'microphone' : 'camera') !== 'missing',
    );
  }
}
