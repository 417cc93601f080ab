import type { EndReason, Participant, Publication, Room } from '../client/index.js';
import { ClientError } from '../client/index.js';
import { invitation } from './address.js';
import { ChatPanel } from './chat-panel.js';
import { bindDeviceButton } from './device-button.js';
import { byId, label } from './dom.js';
import { explainMedia } from './explain.js';
import type { Device, LocalMedia } from './local-media.js';
import { Panels } from './panels.js';
import { PeoplePanel } from './people-panel.js';
import { Stage } from './stage.js';
import { Tile } from './tile.js';
import { toast } from './toasts.js';

/** Whoever stops publishing so soon after the media server had a problem did not mean to. */
const interruptionMs = 20_000;

/** The call: tiles, chat, who is here, and the buttons. */
export class CallPage {
  readonly #page = byId('call-page', HTMLElement);
  readonly #heading = byId('room-name', HTMLElement);
  readonly #sound = byId('sound', HTMLButtonElement);
  readonly #unread = byId('unread', HTMLElement);
  readonly #alone = byId('alone', HTMLElement);
  readonly #stage = new Stage(byId('stage', HTMLElement), byId('tiles', HTMLElement));
  readonly #people = new PeoplePanel();
  readonly #panels: Panels;
  readonly #chat: ChatPanel;
  readonly #media: LocalMedia;
  #room: Room | undefined;
  #unreadCount = 0;
  #interruptedAt = -Infinity;

  constructor(media: LocalMedia) {
    this.#media = media;
    this.#chat = new ChatPanel((text) => this.#say(text));
    this.#panels = new Panels((name) => {
      if (name !== 'chat') return;
      this.#setUnread(0);
      this.#chat.focus();
    });
    for (const device of ['camera', 'microphone'] as const)
      bindDeviceButton(byId(device, HTMLButtonElement), device, media, () => void this.#find(device));
    media.onChange(() => {
      this.#showOwn();
    });
    byId('leave', HTMLButtonElement).addEventListener('click', () => void this.#room?.leave());
    byId('invite', HTMLButtonElement).addEventListener('click', () => void this.#invite());
    this.#sound.addEventListener('click', () => {
      this.#sound.hidden = true;
      for (const { video } of this.#stage.tiles.values()) void video.play();
    });
  }

  /** Shows a room one has just joined. `ended` is called once, when one is out of it. */
  start(room: Room, ended: (reason: EndReason) => void): void {
    this.#room = room;
    this.#page.hidden = false;
    this.#heading.textContent = room.name;
    document.title = `${room.name} · Atrium`;
    this.#panels.show(undefined);
    this.#setUnread(0);
    this.#stage.add(room.user, this.#newTile(room.user, true));
    this.#showOwn();
    for (const participant of room.participants.values()) this.#welcome(participant);
    room.on('participantJoined', (participant) => {
      this.#welcome(participant);
      toast(`${participant.id} joined.`);
    });
    room.on('participantLeft', (participant) => {
      this.#stage.remove(participant.id);
      this.#showPeople();
      if (room.joined) toast(`${participant.id} left.`);
    });
    room.on('message', (message) => {
      const own = message.from === room.user;
      this.#chat.show(message, own);
      if (!own && this.#panels.open !== 'chat') this.#setUnread(this.#unreadCount + 1);
    });
    room.on('mediaError', (error, who) => {
      if (who === undefined) {
        this.#interrupted();
        return;
      }
      toast(explainMedia(error, who, room.user), 'problem');
      this.#stage.tiles.get(who)?.note('No connection');
    });
    room.on('closed', (reason) => {
      this.#end();
      ended(reason);
    });
    this.#showPeople();
    this.#heading.focus();
  }

  /** Offers camera and microphone to the room, as far as they are there. Never rejects. */
  async publish(): Promise<void> {
    const room = this.#room;
    // The user may still be looking at the browser's question.
    if (this.#media.opening) await this.#media.open();
    await room?.localPublication?.close();
    const { stream, hint } = this.#media;
    if (room !== this.#room || !room?.joined) return;
    this.#showOwn();
    if (hint) toast(hint, 'problem');
    if (!stream) return;
    try {
      const publication = await room.publish(stream);
      const tile = this.#stage.tiles.get(room.user);
      publication.on('reconnecting', () => tile?.reconnecting(true));
      publication.on('reconnected', () => tile?.reconnecting(false));
    } catch (error) {
      if (room === this.#room && error instanceof ClientError)
        toast(explainMedia(error, room.user, room.user), 'problem');
    }
    this.#showPeople();
  }

  #welcome(participant: Participant): void {
    const tile = this.#newTile(participant.id, false);
    this.#stage.add(participant.id, tile);
    tile.note('Listening');
    participant.on('published', (publication) => {
      this.#expect(publication, tile);
    });
    participant.on('unpublished', () => {
      tile.reconnecting(false);
      if (performance.now() - this.#interruptedAt > interruptionMs) tile.note('Listening');
      else this.#expectBack(participant, tile);
      this.#showPeople();
    });
    for (const publication of participant.publications.values()) this.#expect(publication, tile);
    this.#showPeople();
  }

  #expect(publication: Publication, tile: Tile): void {
    if (!tile.isReconnecting) tile.note('Connecting …');
    publication.on('subscribed', ({ stream }) => {
      tile.reconnecting(false);
      tile.show(stream);
    });
    publication.on('reconnecting', () => {
      tile.reconnecting(true);
    });
    publication.on('closed', () => {
      tile.show(undefined);
    });
    this.#showPeople();
  }

  /** The media server has a problem: said once, however many it concerns. What was lost comes back by itself. */
  #interrupted(): void {
    const again = performance.now() - this.#interruptedAt < interruptionMs;
    this.#interruptedAt = performance.now();
    if (!again) toast('Sound and picture were interrupted. They should be back in a moment.');
  }

  #expectBack(participant: Participant, tile: Tile): void {
    tile.reconnecting(true);
    setTimeout(() => {
      if (participant.publications.size > 0) return;
      tile.reconnecting(false);
      tile.note('Listening');
    }, interruptionMs);
  }

  #newTile(name: string, own: boolean): Tile {
    return new Tile(name, own, () => {
      this.#sound.hidden = false;
    });
  }

  #showOwn(): void {
    const tile = this.#room && this.#stage.tiles.get(this.#room.user);
    if (!tile) return;
    const { stream } = this.#media;
    tile.show(stream);
    tile.note(stream ? '' : 'Listening only');
    tile.mute(stream !== undefined && this.#media.state('microphone') !== 'on');
  }

  #showPeople(): void {
    const room = this.#room;
    if (!room) return;
    const others = [...room.participants.values()].map(({ id, publications }) => ({
      name: id,
      own: false,
      publishes: publications.size > 0,
    }));
    const own = { name: room.user, own: true, publishes: room.localPublication !== undefined };
    this.#people.show([own, ...others]);
    this.#alone.hidden = others.length > 0;
    byId('people-count', HTMLElement).textContent = String(others.length + 1);
    label(byId('people-button', HTMLButtonElement), `People: ${others.length + 1}`);
  }

  /** A device that was missing is wanted. What one did not ask for stays off. */
  async #find(device: Device): Promise<void> {
    const listening = this.#media.stream === undefined;
    await this.#media.open();
    const other = device === 'camera' ? 'microphone' : 'camera';
    if (listening && this.#media.state(other) === 'on') this.#media.toggle(other);
    await this.publish();
  }

  async #say(text: string): Promise<void> {
    try {
      await this.#room?.chat(text);
    } catch (error) {
      toast('Your message did not go out. Try again.', 'problem');
      throw error;
    }
  }

  async #invite(): Promise<void> {
    if (!this.#room) return;
    const link = invitation(location.href, this.#room.name);
    try {
      await navigator.clipboard.writeText(link);
      toast('Invitation copied: send the link to whom you want to see.');
    } catch {
      toast(`Invite others with this link: ${link}`);
    }
  }

  #setUnread(count: number): void {
    this.#unreadCount = count;
    this.#unread.hidden = count === 0;
    this.#unread.textContent = count > 9 ? '9+' : String(count);
    label(byId('chat-button', HTMLButtonElement), count === 0 ? 'Chat' : `Chat: ${count} unread`);
  }

  #end(): void {
    this.#room = undefined;
    this.#page.hidden = true;
    this.#sound.hidden = true;
    this.#stage.clear();
    this.#chat.clear();
  }
}
