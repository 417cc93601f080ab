import { keepPayer } from '../../transport/gate/account.js';
import type { Client } from './client.js';
import type { Delivery } from './delivery.js';
import { Refusal } from './errors.js';
import type { Group } from './group.js';
import type { Groups } from './groups.js';
import type { Answer, GroupText } from './protocol-version.js';
import type { Directory } from './directory.js';
import type { Request } from './messages.js';
import { mayKnow } from './visibility.js';

/** Handles the requests of clients (docs/protocols/concierge.md#6-requests-and-their-answers). */
export class RequestHandler {
  readonly #directory: Directory;
  readonly #groups: Groups;
  readonly #delivery: Delivery;
  readonly #maxOwned: number;

  constructor(directory: Directory, groups: Groups, delivery: Delivery, maxOwned: number) {
    this.#directory = directory;
    this.#groups = groups;
    this.#delivery = delivery;
    this.#maxOwned = maxOwned;
  }

  /**
   * @param answer called once, unless a refusal is thrown. Notices sent before the call precede the answer, later ones follow it
   * @returns undefined when the request was done at once. @throws Refusal; RoomError
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
        return this.#subscribe(client, request.group, answer);
      case 'unsubscribe':
        this.#unsubscribe(client, this.#find(request.group), answer);
        return undefined;
      case 'createGroup':
        return this.#create(client, request.group, request.nickname, answer);
      case 'deleteGroup':
        this.#delete(client, this.#find(request.group), answer);
        return undefined;
      case 'fetchGroup':
        answer({ type: 'group', group: this.#findFor(client, request.group).text });
        return undefined;
      case 'fetchGroups':
        return this.#list(client, (groups) => {
          answer({ type: 'groups', groups });
        });
      case 'fetchClients':
        answer({ type: 'clients', clients: this.#directory.identitiesFor(client) });
        return undefined;
      case 'listGroups':
        return this.#list(client, (groups) => {
          answer({ type: 'groupNames', groups });
        });
      case 'listClients':
        answer({ type: 'clientList', clients: this.#directory.identitiesFor(client) });
        return undefined;
      case 'listSubscriptions':
        answer({ type: 'subscriptionNames', groups: [...client.subscriptions].map(({ text }) => text) });
        return undefined;
      case 'listSubscribers': {
        const group = this.#findFor(client, request.group);
        const clients = [...group.listed, ...group.outsiders.values()];
        answer({ type: 'subscriberList', group: group.text, clients });
        return undefined;
      }
      case 'fetchSelf':
        answer({ type: 'self', client, subscriptions: [...client.subscriptions].map(({ text }) => text) });
        return undefined;
      case 'fetchClient':
        this.#fetchClient(client, request.uuid, answer);
        return undefined;
    }
  }

  #list(client: Client, tell: (groups: readonly GroupText[]) => void): Promise<void> | undefined {
    const shown = (): GroupText[] => this.#groups.shownTo(client).map(({ text }) => text);
    if (!this.#groups.areElsewhere) {
      tell(shown());
      return undefined;
    }
    const goOn = keepPayer();
    return this.#groups.elsewhereFor(client).then((others) => {
      goOn(() => {
        tell([...shown(), ...others]);
      });
    });
  }

  async #subscribe(client: Client, name: string, answer: (answer: Answer) => void): Promise<void> {
    const goOn = keepPayer();
    const wanted = this.#groups.find(name) ?? (await this.#elsewhere(name));
    const { group, present } = await goOn(() => this.#groups.subscribe(client, wanted));
    goOn(() => {
      answer({ type: 'subscribed', group: group.text, changed: present !== undefined });
      if (!present) return;
      this.#groups.introduce(present, client);
      if (!group.hides(client)) group.tell({ type: 'subscriberJoined', client, group: group.text });
    });
  }

  #unsubscribe(client: Client, group: Group, answer: (answer: Answer) => void): void {
    const isHidden = group.hides(client);
    this.#groups.unsubscribe(client, group, (changed) => {
      answer({ type: 'unsubscribed', group: group.text, changed });
      if (changed && !isHidden) group.tell({ type: 'subscriberLeft', client, group: group.text });
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
    if (existing && !mayKnow(existing, client)) throw new Refusal('bad');
    const goOn = keepPayer();
    const { text } = existing ?? (await this.#groups.create(name, nickname, client));
    goOn(() => {
      answer({ type: 'created', group: text, changed: !existing });
    });
  }

  #delete(client: Client, group: Group, answer: (answer: Answer) => void): void {
    if (group.owner !== client) throw new Refusal('bad');
    const { text } = group;
    this.#groups.end(group, client.version.tellsDoer ? undefined : client, () => {
      answer({ type: 'deleted', group: text });
    });
  }

  #fetchClient(asker: Client, uuid: string, answer: (answer: Answer) => void): void {
    const client = this.#directory.identifiedFor(asker, uuid);
    if (!client) throw new Refusal('noSuchUuid', uuid);
    const groups = this.#groups.sharedBy(client, asker);
    answer({ type: 'client', client, subscriptions: groups.map(({ text }) => text) });
  }

  /** For a client that only asks. @throws Refusal `noSuchGroup` also for a group that it is not told of */
  #findFor(client: Client, name: string): Group {
    const group = this.#find(name);
    if (!this.#groups.shows(group, client)) throw new Refusal('noSuchGroup', name);
    return group;
  }

  /** A group that another process has, or had a moment ago. @throws Refusal `noSuchGroup` */
  async #elsewhere(name: string): Promise<Group | string> {
    const key = await this.#groups.keyElsewhere(name);
    return key ?? this.#find(name);
  }

  #find(name: string): Group {
    const group = this.#groups.find(name);
    if (!group) throw new Refusal('noSuchGroup', name);
    return group;
  }
}
