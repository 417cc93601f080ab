import type { Refusal, RefusalCode } from './errors.js';
import { listOf, membersOf } from './protocol-version.js';
import type { Answer, GroupText, ProtocolVersion, Notice } from './protocol-version.js';
import { group01, message01, named, numbered, serverOnly01 } from './messages.js';
import type { Request, Target } from './messages.js';
import { checked } from './payload.js';
import type { Payload } from './payload.js';
import { RequestTable, dataOf } from './request-table.js';
import type { Reader } from './request-table.js';

/**
 * The words in which the published description and the shipped programs differ
 * (docs/protocols/concierge.md#13-where-the-sources-disagree).
 */
export interface Spelling {
  readonly subscribed: string;
  readonly unsubscribed: string;
  readonly unsupported: string;
  /** Whether SELF_FETCH_RESULT lists whole groups; otherwise their names. */
  readonly wholeSubscriptions: boolean;
}

export const documented: Spelling = {
  subscribed: 'SUBSCRIBED',
  unsubscribed: 'UNSUBSCRIBED',
  unsupported: 'UNSUPORTED',
  wholeSubscriptions: false,
};

export const shipped: Spelling = {
  subscribed: 'SELF_SUBSCRIBED',
  unsubscribed: 'SELF_UNSUBSCRIBED',
  unsupported: 'UNSUPPORTED',
  wholeSubscriptions: true,
};

export const requests01 = new RequestTable(
  [
    ['MESSAGE', readMessage],
    ['SELF_SUBSCRIBE', aboutGroup('subscribe')],
    ['SUBSCRIBE', aboutGroup('subscribe')],
    ['SELF_UNSUBSCRIBE', aboutGroup('unsubscribe')],
    ['UNSUBSCRIBE', aboutGroup('unsubscribe')],
    ['GROUP_CREATE', readCreate],
    ['CREATE_GROUP', readCreate],
    ['GROUP_DELETE', aboutGroup('deleteGroup')],
    ['DELETE_GROUP', aboutGroup('deleteGroup')],
    ['GROUP_FETCH', aboutGroup('fetchGroup')],
    ['GROUP_FETCH_ALL', () => ({ type: 'fetchGroups' })],
    ['CLIENT_FETCH_ALL', () => ({ type: 'fetchClients' })],
    ['FETCH_GROUPS', () => ({ type: 'listGroups' })],
    ['FETCH_GROUP_LIST', () => ({ type: 'listGroups' })],
    ['FETCH_GROUP_SUBSCRIBERS', aboutGroup('listSubscribers')],
    ['FETCH_CLIENTS', () => ({ type: 'listClients' })],
    ['FETCH_SUBSCRIPTIONS', () => ({ type: 'listSubscriptions' })],
    ['SELF_FETCH', () => ({ type: 'fetchSelf' })],
    ['SELF_SET_SEQ', (payload) => ({ type: 'setSeq', seq: checked(numbered, payload).seq })],
  ],
  serverOnly01,
);

/**
 * Requests of July 2020 and before that the shipped programs do not have. A client that sends one reads the documented spelling
 * (docs/protocols/concierge.md#clients-of-july-2020).
 */
const olderRequests = new Set([
  ...['SUBSCRIBE', 'UNSUBSCRIBE', 'CREATE_GROUP', 'DELETE_GROUP'],
  ...['FETCH_GROUPS', 'FETCH_GROUP_LIST', 'FETCH_GROUP_SUBSCRIBERS', 'FETCH_CLIENTS', 'FETCH_SUBSCRIPTIONS'],
]);

export function isOlder(type: string): boolean {
  return olderRequests.has(type);
}

/**
 * Version 0.1: it has groups, and a STATUS answers most requests
 * (docs/protocols/concierge.md#6-requests-and-their-answers to #9-statuses).
 */
export class GroupsVersion implements ProtocolVersion {
  readonly typeMember = 'type';
  readonly tellsDoer = false;
  readonly #spelling: Spelling;

  constructor(spelling: Spelling) {
    this.#spelling = spelling;
  }

  read(payload: Payload): Request {
    return requests01.read(payload);
  }

  answer(seq: number, answer: Answer): string {
    switch (answer.type) {
      case 'ok':
        return status('OK', '', seq);
      case 'sent':
        return status('MESSAGE_SENT', '', seq);
      case 'subscribed':
        return status(this.#spelling.subscribed, statusMembers(answer.group), seq);
      case 'unsubscribed':
        return status(this.#spelling.unsubscribed, statusMembers(answer.group), seq);
      case 'created': {
        const code = answer.changed ? 'GROUP_CREATED' : 'GROUP_ALREADY_CREATED';
        return status(code, statusMembers(answer.group), seq);
      }
      case 'deleted':
        return status('GROUP_DELETED', statusMembers(answer.group), seq);
      case 'group':
        return result(seq, 'GROUP_FETCH_RESULT', membersOf(answer.group.json));
      case 'groups':
        return result(seq, 'GROUP_FETCH_ALL_RESULT', `"groups":${listOf(answer.groups)}`);
      case 'clients':
        return result(seq, 'CLIENT_FETCH_ALL_RESULT', `"clients":${listOf(answer.clients)}`);
      case 'groupNames':
        return result(seq, 'GROUPS', `"groups":${namesOf(answer.groups)}`);
      case 'subscriptionNames':
        return result(seq, 'SUBSCRIPTIONS', `"groups":${namesOf(answer.groups)}`);
      case 'clientList':
        return result(seq, 'CLIENTS', `"clients":${listOf(answer.clients)}`);
      case 'subscriberList': {
        const group = JSON.stringify(answer.group.name);
        return result(seq, 'GROUP_SUBSCRIBERS', `"group":${group},"clients":${listOf(answer.clients)}`);
      }
      case 'self':
      case 'client': {
        const { client, subscriptions } = answer;
        const listed = this.#spelling.wholeSubscriptions ? listOf(subscriptions) : namesOf(subscriptions);
        return result(seq, 'SELF_FETCH_RESULT', `${membersOf(client.json)},"subscriptions":${listed}`);
      }
    }
  }

  refuse(seq: number, { code, subject }: Refusal): string {
    const text = JSON.stringify(subject);
    const statuses: Readonly<Record<RefusalCode, readonly [code: string, members: string]>> = {
      protocol: ['PROTOCOL', `"desc":${text}`],
      unsupported: [this.#spelling.unsupported, ''],
      bad: ['BAD', ''],
      internal: ['INTERNAL', `"desc":${text}`],
      noSuchName: ['NO_SUCH_NAME', `"name":${text}`],
      noSuchUuid: ['NO_SUCH_UUID', `"uuid":${text}`],
      noSuchGroup: ['NO_SUCH_GROUP', `"group":${text},"name":${text}`],
    };
    return status(...statuses[code], seq);
  }

  tell(notice: Notice): string | undefined {
    switch (notice.type) {
      case 'clientJoined':
        return status('CLIENT_JOINED', membersOf(notice.client.json));
      case 'clientLeft':
        return status('CLIENT_LEFT', membersOf(notice.client.json));
      case 'groupCreated':
        return status('GROUP_CREATED', statusMembers(notice.group));
      case 'groupDeleted':
        return status('GROUP_DELETED', statusMembers(notice.group));
      case 'groupEnded':
      case 'evicted':
        return status(this.#spelling.unsubscribed, statusMembers(notice.group));
      case 'subscriberJoined':
      case 'subscriberLeft':
        return undefined;
      case 'message': {
        const origin = `{${membersOf(notice.origin.json)},"group":${notice.group?.json ?? 'null'}}`;
        const target = JSON.stringify(targetIn01(notice.target));
        return `{"type":"MESSAGE","origin":${origin},"target":${target},"data":${notice.data}}`;
      }
    }
  }
}

/** The target as a client of 0.1 would write it. */
export function targetIn01(target: Target): Target {
  if (target.type === 'SERVICE') return { type: 'GROUP', group: target.service };
  return target.type === 'SERVICE_CLIENT_UUID' ? { type: 'UUID', uuid: target.uuid } : target;
}

/** In a status. Clients of July 2020 read the name in `group`. */
function statusMembers({ name, json }: GroupText): string {
  return `${membersOf(json)},"group":${JSON.stringify(name)}`;
}

export function namesOf(groups: readonly GroupText[]): string {
  return JSON.stringify(groups.map(({ name }) => name));
}

function status(code: string, members: string, seq?: number): string {
  const number = seq === undefined ? '' : `"seq":${seq},`;
  return `{${number}"type":"STATUS","code":"${code}"${members && ','}${members}}`;
}

function result(seq: number, type: string, members: string): string {
  return `{"seq":${seq},"type":"${type}",${members}}`;
}

function readMessage(payload: Payload): Request {
  const { target } = checked(message01, payload);
  return { type: 'message', target, data: dataOf(payload) };
}

function readCreate(payload: Payload): Request {
  return { type: 'createGroup', group: checked(group01, payload), nickname: checked(named, payload).nickname };
}

function aboutGroup(type: 'subscribe' | 'unsubscribe' | 'deleteGroup' | 'fetchGroup' | 'listSubscribers'): Reader {
  return (payload) => ({ type, group: checked(group01, payload) });
}
