import type { Log } from '../../log.js';
import type { Bearer, RoomEvent } from '../../rooms/index.js';
import type { Application } from './application.js';
import { newEasyrtcid } from './easyrtcid.js';
import type { ErrorCode } from './errors.js';
import type { Visitor } from './hooks.js';
import type { Membership } from './membership.js';
import { byName, errorOf, roomDataReply } from './messages.js';
import type { Presence, Push, RoomNews } from './messages.js';
import type { EasyRtcSettings } from './options.js';
import type { Outlet } from './outlet.js';
import type { PresenceChange, WantedRoom } from './requests.js';

type Text = Extract<RoomEvent, { type: 'textSaid' | 'announced' }>;

export interface ClientNeeds {
  readonly settings: Pick<EasyRtcSettings, 'chatType' | 'maxPacketBytes'>;
  readonly log: Log;
  /** The time in ms since 1970. */
  readonly now: () => number;
  /** Called when a text of another protocol cannot be delivered. */
  readonly onUndelivered: () => void;
}

/**
 * One client: it has an id and is in one application and in any number of its rooms
 * (docs/protocols/easyrtc.md#1-model).
 */
export class Client {
  readonly easyrtcid = newEasyrtcid();
  readonly address: string;
  readonly #outlet: Outlet;
  readonly #needs: ClientNeeds;
  readonly #memberships = new Map<string, Membership>();
  #application: Application | undefined;
  #sessionId: string | undefined;
  /** What is sent after the answer to a join; undefined while nothing is held back. */
  #held: (() => void)[] | undefined;
  username: string | undefined;
  /** What it has shown at its last authentication. */
  bearer: Bearer | undefined;
  presence: Presence = { show: 'chat', status: null };

  constructor(outlet: Outlet, address: string, needs: ClientNeeds) {
    this.#outlet = outlet;
    this.address = address;
    this.#needs = needs;
  }

  /** Undefined until the client is authenticated, and after it has left. */
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

  /**
   * Moves the client to an application. It leaves its former one with all rooms first
   * (docs/protocols/easyrtc.md#5-authentication).
   */
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
   * Joins all of these rooms of the client's application or none, and skips those it is in. From the first room on, messages to the
   * client are held back until `release`, which is called when the request is answered.
   * @returns the new memberships. @throws RoomError as `Rooms.join`
   */
  async join(rooms: Iterable<WantedRoom>): Promise<ReadonlySet<Membership>> {
    const application = this.#application;
    const { account } = this.#outlet;
    const joined = new Set<Membership>();
    const join = (room: WantedRoom): Promise<unknown> | undefined =>
      application?.join(this, room, (membership) => {
        this.#held ??= [];
        this.#memberships.set(room.name, membership);
        joined.add(membership);
      });
    try {
      for (const room of rooms) {
        if (this.#memberships.has(room.name)) continue;
        // Hooks were waited for, so the request of the client is not being served any more: what the join tells is charged here.
        await (account ? account.pay(join, room) : join(room));
      }
    } catch (error) {
      for (const { view } of joined) this.leave(view.name);
      throw error;
    }
    return joined;
  }

  /** Called when the answer was sent; sends what was held back. */
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

  /** Leaves all rooms, the session and the application. The id is invalid afterwards. */
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

  /** Sends a message of the embedding program, which may hold bytes. */
  say(push: Push): void {
    this.#outlet.sendBytes('easyrtcMsg', this.easyrtcid, this.#needs.now(), push);
  }

  /** Sends a message of another client unchanged. @throws RangeError for data nested too deeply to be encoded */
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
        if (event.from !== membership.participant) this.#hearText(event, view.idOf(event.from), membership);
        return;
      case 'announced':
        this.#hearText(event, undefined, membership);
        return;
      case 'participantEvicted':
        this.#roomLeft(view.name);
        // Others could go on to send to a client that knows them (docs/protocols/easyrtc.md#16-bridging).
        if (this.roomCount === 0) this.dismiss('LOGIN_GEN_FAIL');
        return;
      case 'roomClosed':
        this.#roomLeft(view.name);
        return;
      default:
      // Clients of this protocol send media to each other, not to the server.
    }
  }

  /** Tells the client the reason, and closes its socket. */
  dismiss(code: ErrorCode): void {
    this.release();
    this.command(errorOf(code));
    this.#outlet.close();
  }

  #roomLeft(roomName: string): void {
    this.leave(roomName);
    this.command(roomDataReply(byName<RoomNews>([[roomName, { roomName, roomStatus: 'leave' }]])));
  }

  /** @param senderEasyrtcid absent for a text of the server (docs/protocols/easyrtc.md#8-application-messages) */
  #hearText({ text, to }: Text, senderEasyrtcid: string | undefined, { view }: Membership): void {
    const { chatType, maxPacketBytes } = this.#needs.settings;
    // The limit for packets applies in both directions.
    if (Buffer.byteLength(text) > maxPacketBytes) {
      this.#needs.onUndelivered();
      return;
    }
    this.#tell('easyrtcMsg', {
      msgType: chatType,
      msgData: text,
      ...(senderEasyrtcid !== undefined && { senderEasyrtcid }),
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

  /** An outbox must not throw into the room that calls it. */
  #safely(send: () => void): void {
    try {
      send();
    } catch (error) {
      this.#needs.log.error('a message to a client could not be sent', { client: this.easyrtcid, error });
    }
  }
}
