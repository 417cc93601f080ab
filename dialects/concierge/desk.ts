import type { Client } from './client.js';
import type { Delivery } from './delivery.js';
import { Refusal } from './errors.js';
import type { Group } from './group.js';
import type { Groups } from './groups.js';
import type { Answer } from './language.js';
import type { Lobby } from './lobby.js';
import type { Request } from './messages.js';

/** Does what clients ask for (Concierge §6). */
export class Desk {
  readonly #lobby: Lobby;
  readonly #groups: Groups;
  readonly #delivery: Delivery;
  readonly #maxOwned: number;

  constructor(lobby: Lobby, groups: Groups, delivery: Delivery, maxOwned: number) {
    this.#lobby = lobby;
    this.#groups = groups;
    this.#delivery = delivery;
    this.#maxOwned = maxOwned;
  }

  /**
   * @param answer called once, unless a refusal is thrown: what the others are told before and after is told in that order
   * @returns undefined for what is done at once. @throws Refusal; RoomError
   */
  serve(
    client: Client,
    request: Exclude<Request, { type: 'setSeq' }>,
    answer: (answer: Answer) => void,
  ): Promise<void> | undefined {
    switch (request.type) {
      case 'message':
        this.#delivery.send(client, request.target, request.data);
        answer({ type: 'sent' });
        return undefined;
      case 'subscribe':
        return this.#subscribe(client, this.#find(request.group), answer);
      case 'unsubscribe':
        this.#unsubscribe(client, this.#find(request.group), answer);
        return undefined;
      case 'createGroup':
        return this.#create(client, request.group, request.nickname, answer);
      case 'deleteGroup':
        this.#delete(client, this.#find(request.group), answer);
        return undefined;
      case 'fetchGroup':
        answer({ type: 'group', group: this.#find(request.group).text });
        return undefined;
      case 'fetchGroups':
        answer({ type: 'groups', groups: this.#groups.all.map(({ text }) => text) });
        return undefined;
      case 'fetchClients':
        answer({ type: 'clients', clients: this.#lobby.identities });
        return undefined;
      case 'fetchSelf':
        answer({ type: 'self', client, subscriptions: [...client.subscriptions].map(({ text }) => text) });
        return undefined;
      case 'fetchClient':
        this.#fetchClient(request.uuid, answer);
        return undefined;
    }
  }

  async #subscribe(client: Client, group: Group, answer: (answer: Answer) => void): Promise<void> {
    const changed = await this.#groups.subscribe(client, group);
    answer({ type: 'subscribed', group: group.text, changed });
    if (changed) group.tell({ type: 'subscriberJoined', client, group: group.text });
  }

  #unsubscribe(client: Client, group: Group, answer: (answer: Answer) => void): void {
    this.#groups.unsubscribe(client, group, (changed) => {
      answer({ type: 'unsubscribed', group: group.text, changed });
      if (changed) group.tell({ type: 'subscriberLeft', client, group: group.text });
    });
  }

  async #create(
    client: Client,
    name: string,
    nickname: string | null,
    answer: (answer: Answer) => void,
  ): Promise<void> {
    const existing = this.#groups.find(name);
    if (!existing && client.owned.size >= this.#maxOwned) throw new Refusal('bad');
    const group = existing ?? (await this.#groups.create(name, nickname, client));
    answer({ type: 'created', group: group.text, changed: !existing });
  }

  #delete(client: Client, group: Group, answer: (answer: Answer) => void): void {
    if (group.owner !== client) throw new Refusal('bad');
    const { text } = group;
    this.#groups.end(group, client.language.tellsDoer ? undefined : client, () => {
      answer({ type: 'deleted', group: text });
    });
  }

  #fetchClient(uuid: string, answer: (answer: Answer) => void): void {
    const client = this.#lobby.identified(uuid);
    if (!client) throw new Refusal('noSuchUuid', uuid);
    const groups = this.#groups.all.filter((group) => group.lists(client));
    answer({ type: 'client', client, subscriptions: groups.map(({ text }) => text) });
  }

  #find(name: string): Group {
    const group = this.#groups.find(name);
    if (!group) throw new Refusal('noSuchGroup', name);
    return group;
  }
}
