import type { RoomEvent } from '../../rooms/events.js';
import type { Application } from './application.js';
import type { Context } from './context.js';
import { newEasyrtcid } from './easyrtcid.js';
import type { Visitor } from './hooks.js';
import type { Membership } from './membership.js';
import { byName, roomDataReply } from './messages.js';
import type { Presence, Push, RoomNews } from './messages.js';
import type { Outlet } from './outlet.js';
import type { PresenceChange } from './requests.js';

/** One client: an id, an application, and any number of rooms of it (EasyRTC §1). */
export class Client {
  readonly easyrtcid = newEasyrtcid();
  readonly #outlet: Outlet;
  readonly #context: Context;
  readonly #memberships = new Map<string, Membership>();
  #application: Application | undefined;
  #sessionId: string | undefined;
  username: string | undefined;
  presence: Presence = { show: 'chat', status: null };

  constructor(outlet: Outlet, context: Context) {
    this.#outlet = outlet;
    this.#context = context;
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

  /** Moves to an application; what she was in of another one is left first (EasyRTC §5). */
  enter(application: Application): void {
    if (this.#application === application) return;
    this.end();
    this.#application = application;
    this.#context.applications.keep(application);
    application.clients.set(this.easyrtcid, this);
  }

  enterSession(id: string): void {
    if (this.#sessionId === id) return;
    this.#leaveSession();
    this.#sessionId = id;
    this.#application?.enterSession(id, this);
  }

  /**
   * Joins all of these rooms of her application or none. Rooms she is in stay as they are.
   * @returns those that are new. @throws RoomError as `Rooms.join`
   */
  join(rooms: Iterable<string>): ReadonlySet<Membership> {
    const joined = new Set<Membership>();
    try {
      for (const name of rooms) {
        if (!this.#application || this.#memberships.has(name)) continue;
        const membership = this.#application.join(this, name);
        this.#memberships.set(name, membership);
        joined.add(membership);
      }
    } catch (error) {
      for (const { view } of joined) this.leave(view.name);
      throw error;
    }
    return joined;
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
    application?.clients.delete(this.easyrtcid);
    if (application) this.#context.applications.release(application);
  }

  command(push: Push): void {
    this.#tell('easyrtcCmd', push);
  }

  /** What the embedding program says, with or without bytes. */
  say(push: Push): void {
    this.#outlet.sendBytes('easyrtcMsg', this.easyrtcid, this.#context.now(), push);
  }

  /** Another client's, as it came. @throws RangeError for data nested too deeply to be written */
  relay(event: 'easyrtcCmd' | 'easyrtcMsg', push: Push, sender: Client): void {
    const now = this.#context.now();
    if (sender.#outlet.hasBytes) this.#outlet.sendBytes(event, this.easyrtcid, now, push);
    else this.#outlet.send(event, this.easyrtcid, now, push);
  }

  /** The outbox of each of her participants. */
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
      // Media goes from client to client here.
      case 'publicationOpened':
      case 'publicationClosed':
      case 'candidateFound':
      case 'mediaFailed':
      case 'roomFilterChanged':
        return;
      default:
        event satisfies never;
    }
  }

  #hearText({ from, text, to }: RoomEvent & { readonly type: 'textSaid' }, { view }: Membership): void {
    const { chatType, maxPacketBytes } = this.#context.settings;
    // A client takes no longer packets than it may send.
    if (Buffer.byteLength(text) > maxPacketBytes) {
      this.#context.undelivered();
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

  /** What comes from the rooms must not throw there. */
  #tell(event: 'easyrtcCmd' | 'easyrtcMsg', push: Push): void {
    try {
      this.#outlet.send(event, this.easyrtcid, this.#context.now(), push);
    } catch (error) {
      this.#context.log.error('a client could not be told something', { client: this.easyrtcid, error });
    }
  }
}
