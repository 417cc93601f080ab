import { RoomError } from '../../rooms/index.js';
import type { Client } from './client.js';
import { Refusal } from './errors.js';
import type { Group } from './group.js';
import type { Groups } from './groups.js';
import { Outsider } from './outsider.js';
import type { GroupText } from './protocol-version.js';
import type { Directory } from './directory.js';
import type { Target } from './messages.js';
import { assertMayAnywhere, assertMaySendToAll } from './rights.js';

/**
 * Finds the receivers of a message. The rule is that of the sender's version (docs/protocols/concierge.md#7-message,
 * #14-version-02).
 */
export class Delivery {
  readonly #directory: Directory;
  readonly #groups: Groups;

  constructor(directory: Directory, groups: Groups) {
    this.#directory = directory;
    this.#groups = groups;
  }

  /**
   * @param data JSON
   * @throws Refusal `noSuchName`, `noSuchUuid`, `noSuchGroup`, `bad`; RoomError
   */
  send(from: Client, target: Target, data: string): void {
    switch (target.type) {
      case 'ALL':
        assertMaySendToAll(from);
        this.#directory.tell({ type: 'message', origin: from, group: undefined, target, data });
        return;
      case 'NAME':
        if (!this.#toOne(from, this.#directory.named(target.name), target, data)) {
          throw new Refusal('noSuchName', target.name);
        }
        return;
      case 'UUID':
        if (!this.#toOne(from, this.#directory.identified(target.uuid), target, data)) {
          throw new Refusal('noSuchUuid', target.uuid);
        }
        return;
      case 'GROUP':
        this.#toGroup(from, this.#groupOf(target.group), target, data);
        return;
      case 'SERVICE':
        this.#toService(from, this.#groupOf(target.service), target, data);
        return;
      case 'SERVICE_CLIENT_UUID': {
        const group = this.#groupOf(target.service);
        if (group.owner !== from) throw new Refusal('bad');
        this.#groups.assertMaySendTo(group, from);
        const to = this.#directory.identified(target.uuid);
        if (!this.#toOne(from, to, target, data, group.text)) throw new Refusal('noSuchUuid', target.uuid);
      }
    }
  }

  /**
   * One group that both are in, and in which the sender may, is enough. Clients reach each other without one too: then one group of the
   * receiver must be within the reach of the sender.
   * @throws RoomError
   */
  #assertMaySend(from: Client, to: Client): void {
    const common = [...from.subscriptions].filter((group) => to.subscriptions.has(group));
    const groups = common.length > 0 ? common : [...to.subscriptions];
    if (groups.length === 0) {
      assertMayAnywhere(from);
      return;
    }
    let refusal: RoomError | undefined;
    for (const group of groups) {
      try {
        this.#groups.assertMaySendTo(group, from);
        return;
      } catch (error) {
        if (!(error instanceof RoomError)) throw error;
        refusal = error;
      }
    }
    if (refusal) throw refusal;
  }

  /** @returns whether the message could be delivered */
  #toOne(from: Client, to: Client | Outsider | undefined, target: Target, data: string, group?: GroupText): boolean {
    if (!to) return false;
    if (to instanceof Outsider) return this.#whisper(from, to, data);
    if (to !== from && !group) this.#assertMaySend(from, to);
    to.tell({ type: 'message', origin: from, group, target, data });
    return true;
  }

  /** A text to an outsider. It must be in a room with the sender, and its protocol must have texts to one participant. */
  #whisper(from: Client, { participant }: Outsider, data: string): boolean {
    const text = textIn(data);
    if (text === undefined || !participant.attributes.hearsPrivateTexts) return false;
    for (const group of from.subscriptions) {
      if (group.room !== participant.room) continue;
      group.membershipOf(from)?.say(text, participant);
      return true;
    }
    return false;
  }

  #toGroup(from: Client, group: Group, target: Target, data: string): void {
    this.#groups.assertMaySendTo(group, from);
    group.tell({ type: 'message', origin: from, group: group.text, target, data });
    this.#say(from, group, data);
  }

  #toService(from: Client, group: Group, target: Target, data: string): void {
    const { owner, text } = group;
    if (owner === from) {
      this.#groups.assertMaySendTo(group, from);
      group.tell({ type: 'message', origin: from, group: text, target, data }, from);
      this.#say(from, group, data);
      return;
    }
    if (!group.membershipOf(from)) throw new Refusal('bad');
    this.#groups.assertMaySendTo(group, from);
    if (owner) owner.tell({ type: 'message', origin: from, group: text, target, data });
    // A room of another protocol has no owner, so the message goes to all.
    else this.#toGroup(from, group, target, data);
  }

  /** Outsiders in the room get the message as a text, if it can be said there. */
  #say(from: Client, group: Group, data: string): void {
    if (group.outsiders.size === 0) return;
    const text = textIn(data);
    if (text !== undefined && group.room.takesText(text)) group.membershipOf(from)?.say(text);
  }

  #groupOf(name: string): Group {
    const group = this.#groups.find(name);
    if (!group) throw new Refusal('noSuchGroup', name);
    return group;
  }
}

/** Data that is a string is a text for other protocols; undefined for other data. */
function textIn(data: string): string | undefined {
  return data.startsWith('"') ? (JSON.parse(data) as string) : undefined;
}
