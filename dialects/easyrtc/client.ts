import type { Log } from '../../log.js';
import type { RoomEvent } from '../../rooms/index.js';
import type { Application } from './application.js';
import { newEasyrtcid } from './easyrtcid.js';
import type { Visitor } from './hooks.js';
import type { Membership } from './membership.js';
import { byName, roomDataReply } from './messages.js';
import type { Presence, Push, RoomNews } from './messages.js';
import type { EasyRtcSettings } from './options.js';
import type { Outlet } from './outlet.js';
import type { PresenceChange } from './requests.js';

export interface ClientNeeds {
  readonly settings: Pick<EasyRtcSettings, 'chatType' | 'maxPacketBytes'>;
  readonly log: Log;
  /** The time in ms since 1970. */
  readonly now: () => number;
  /** Called when a text of another protocol cannot be delivered. */
  readonly onUndelivered: () => void;
}

/** One client: an id, an application, and any number of rooms of it (EasyRTC §1). */
export class Client {
  readonly easyrtcid = newEasyrtcid();
  readonly #outlet: Outlet;
  readonly #needs: ClientNeeds;
  readonly #memberships = new Map<string, Membership>();
  #application: Application | undefined;
  #sessionId: string | undefined;
  /** What waits for the answer to a join. */
  #held: (() => void)[] | undefined;
  username: string | undefined;
  presence: Presence = { show: 'chat', status: null };

  constructor(outlet: Outlet, needs: ClientNeeds) {
    this.#outlet = outlet;
    this.#needs = needs;
  }

  /** Undefined until authenticated, and when all is over. */
  get application(): Application | undefined {
    return this.#application;
  }

  get sessionId(): string | undefined {
    return this.#sessionId;
  }

  get memberships(): Iterable<Membership> {
    return this.#memberships.values();
  }

  get roomCount(): number {
    return this.#memberships.size;
  }

  membership(room: string): Membership | undefined {
    return this.#memberships.get(room);
  }

  get visitor(): Visitor {
    return { easyrtcid: this.easyrtcid, application: this.#application?.name ?? '', username: this.username };
  }

  /** Moves to an application. Everything of another one is left first (EasyRTC §5). */
  enter(application: Application): void {
    if (this.#application === application) return;
    this.end();
    this.#application = application;
    application.add(this);
  }

  enterSession(id: string): void {
    if (this.#sessionId === id) return;
    this.#leaveSession();
    this.#sessionId = id;
    this.#application?.enterSession(id, this);
  }

  /**
   * Joins all of these rooms of the client's application, or none. Rooms in which it is stay as they are. From the first room on, what
   * the client is told waits until `release`, which is called when the request is answered.
   * @returns those that are new. @throws RoomError as `Rooms.join`
   */
  async join(rooms: Iterable<string>): Promise<ReadonlySet<Membership>> {
    const application = this.#application;
    const joined = new Set<Membership>();
    try {
      for (const name of rooms) {
        if (!application || this.#memberships.has(name)) continue;
        await application.join(this, name, (membership) => {
          this.#held ??= [];
          this.#memberships.set(name, membership);
          joined.add(membership);
        });
      }
    } catch (error) {
      for (const { view } of joined) this.leave(view.name);
      throw error;
    }
    return joined;
  }

  /** The answer is out: what had to wait for it follows. */
  release(): void {
    const held = this.#held;
    this.#held = undefined;
    for (const tell of held ?? []) tell();
  }

  leave(room: string): void {
    const membership = this.#memberships.get(room);
    if (!membership) return;
    this.#memberships.delete(room);
    this.#application?.leave(membership);
  }

  changePresence(change: PresenceChange): void {
    const { show = this.presence.show, status = this.presence.status, type = this.presence.type } = change;
    this.presence = { show, status, ...(type !== undefined && { type }) };
  }

  /** Leaves everything. The id is invalid from then on. */
  end(): void {
    for (const room of [...this.#memberships.keys()]) this.leave(room);
    this.#leaveSession();
    const application = this.#application;
    this.#application = undefined;
    application?.remove(this);
  }

  command(push: Push): void {
    this.#tell('easyrtcCmd', push);
  }

  /** What the embedding program says, with or without bytes. */
  say(push: Push): void {
    this.#outlet.sendBytes('easyrtcMsg', this.easyrtcid, this.#needs.now(), push);
  }

  /** Another client's, as it came. @throws RangeError for data nested too deeply to be written */
  relay(event: 'easyrtcCmd' | 'easyrtcMsg', push: Push, sender: Client): void {
    if (this.#held) {
      this.#held.push(() => {
        this.#safely(() => {
          this.relay(event, push, sender);
        });
      });
      return;
    }
    const now = this.#needs.now();
    if (sender.#outlet.hasBytes) this.#outlet.sendBytes(event, this.easyrtcid, now, push);
    else this.#outlet.send(event, this.easyrtcid, now, push);
  }

  /** The outbox of each of the client's participants. */
  hear(event: RoomEvent, membership: Membership): void {
    const { view } = membership;
    switch (event.type) {
      case 'participantJoined':
      case 'participantLeft':
        this.command(view.newsOf(event));
        return;
      case 'textSaid':
        if (event.from !== membership.participant) this.#hearText(event, membership);
        return;
      case 'participantEvicted':
      case 'roomClosed':
        this.leave(view.name);
        this.command(roomDataReply(byName<RoomNews>([[view.name, { roomName: view.name, roomStatus: 'leave' }]])));
        return;
      default:
      // Media goes from client to client here.
    }
  }

  #hearText({ from, text, to }: RoomEvent & { readonly type: 'textSaid' }, { view }: Membership): void {
    const { chatType, maxPacketBytes } = this.#needs.settings;
    // A client takes no longer packets than it may send.
    if (Buffer.byteLength(text) > maxPacketBytes) {
      this.#needs.onUndelivered();
      return;
    }
    this.#tell('easyrtcMsg', {
      msgType: chatType,
      msgData: text,
      senderEasyrtcid: view.idOf(from),
      ...(to ? { targetEasyrtcid: this.easyrtcid } : { targetRoom: view.name }),
    });
  }

  #leaveSession(): void {
    if (this.#sessionId !== undefined) this.#application?.leaveSession(this.#sessionId, this);
    this.#sessionId = undefined;
  }

  #tell(event: 'easyrtcCmd' | 'easyrtcMsg', push: Push): void {
    if (this.#held) {
      this.#held.push(() => {
        this.#tell(event, push);
      });
      return;
    }
    this.#safely(() => {
      this.#outlet.send(event, this.easyrtcid, this.#needs.now(), push);
    });
  }

  /** What comes from the rooms must not throw there. */
  #safely(send: () => void): void {
    try {
      send();
    } catch (error) {
      this.#needs.log.error('a client could not be told something', { client: this.easyrtcid, error });
    }
  }
}
