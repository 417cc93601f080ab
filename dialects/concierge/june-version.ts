import { z } from 'zod';
import type { Refusal, RefusalCode } from './errors.js';
import { namesOf, targetIn01 } from './groups-version.js';
import { group01, message01 } from './messages.js';
import type { Request } from './messages.js';
import { checked } from './payload.js';
import type { Payload } from './payload.js';
import { listOf, membersOf } from './protocol-version.js';
import type { Answer, Notice, ProtocolVersion } from './protocol-version.js';
import { RequestTable, dataOf } from './request-table.js';
import type { Reader } from './request-table.js';

export const requestsOfJune = new RequestTable(
  [
    ['MESSAGE', (payload) => ({ type: 'message', target: checked(message01, payload).target, data: dataOf(payload) })],
    ['BROADCAST', (payload) => ({ type: 'message', target: { type: 'ALL' }, data: dataOf(payload) })],
    ['SUBSCRIBE', aboutGroup('subscribe')],
    ['UNSUBSCRIBE', aboutGroup('unsubscribe')],
    ['CREATE_GROUP', (payload) => ({ type: 'createGroup', group: checked(group01, payload), nickname: null })],
    ['DELETE_GROUP', aboutGroup('deleteGroup')],
    ['FETCH_GROUP_SUBS', aboutGroup('listSubscribers')],
    ['FETCH_GROUP_LIST', () => ({ type: 'listGroups' })],
    ['FETCH_CLIENT_LIST', () => ({ type: 'listClients' })],
    ['FETCH_SUBS', () => ({ type: 'listSubscriptions' })],
  ],
  new Map(
    ['HELLO', 'STATUS', 'GROUP_SUBS', 'GROUP_LIST', 'CLIENT_LIST', 'SUBS', 'CLIENT_JOIN', 'CLIENT_LEAVE'].map(
      (type) => [type, z.object({})] as const,
    ),
  ),
);

/** Numbers of a STATUS. */
const codes = {
  ok: 2000,
  sent: 2001,
  subscribed: 2002,
  unsubscribed: 2003,
  created: 2004,
  deleted: 2005,
  existed: 4003,
} as const;

const refusals: Readonly<Record<RefusalCode, number>> = {
  bad: 4000,
  internal: 4000,
  unsupported: 4001,
  protocol: 4002,
  noSuchName: 4004,
  noSuchUuid: 4005,
  noSuchGroup: 4006,
};

/**
 * The protocol of June 2020. The type of a payload is in `operation`, a STATUS has a number, and no answer has a `seq`
 * (docs/protocols/concierge.md#clients-of-june-2020).
 */
export class JuneVersion implements ProtocolVersion {
  readonly typeMember = 'operation';
  readonly tellsDoer = false;

  read(payload: Payload): Request {
    return requestsOfJune.read(payload);
  }

  answer(_seq: number, answer: Answer): string {
    switch (answer.type) {
      case 'ok':
      case 'sent':
        return status(codes[answer.type]);
      case 'subscribed':
      case 'unsubscribed':
      case 'deleted':
        return status(codes[answer.type], answer.group.name);
      case 'created':
        return status(answer.changed ? codes.created : codes.existed, answer.group.name);
      case 'groupNames':
      case 'groups':
        return payloadOf('GROUP_LIST', `"groups":${namesOf(answer.groups)}`);
      case 'subscriptionNames':
        return payloadOf('SUBS', `"groups":${namesOf(answer.groups)}`);
      case 'clientList':
      case 'clients':
        return payloadOf('CLIENT_LIST', `"clients":${listOf(answer.clients)}`);
      case 'subscriberList': {
        const group = JSON.stringify(answer.group.name);
        return payloadOf('GROUP_SUBS', `"group":${group},"clients":${listOf(answer.clients)}`);
      }
      case 'group':
      case 'self':
      case 'client':
        // No request of June is answered so.
        return status(codes.ok);
    }
  }

  refuse(_seq: number, { code, subject }: Refusal): string {
    return status(refusals[code], subject === '' ? undefined : subject);
  }

  tell(notice: Notice): string | undefined {
    switch (notice.type) {
      case 'clientJoined':
        return payloadOf('CLIENT_JOIN', membersOf(notice.client.json));
      case 'clientLeft':
        return payloadOf('CLIENT_LEAVE', membersOf(notice.client.json));
      case 'groupEnded':
      case 'evicted':
        return status(codes.unsubscribed, notice.group.name);
      case 'groupCreated':
      case 'groupDeleted':
      case 'subscriberJoined':
      case 'subscriberLeft':
        return undefined;
      case 'message': {
        const origin = `"origin":${notice.origin.json}`;
        if (notice.target.type === 'ALL') return payloadOf('BROADCAST', `${origin},"data":${notice.data}`);
        const target = JSON.stringify(targetIn01(notice.target));
        return payloadOf('MESSAGE', `${origin},"target":${target},"data":${notice.data}`);
      }
    }
  }
}

function aboutGroup(type: 'subscribe' | 'unsubscribe' | 'deleteGroup' | 'listSubscribers'): Reader {
  return (payload) => ({ type, group: checked(group01, payload) });
}

function status(code: number, data?: string): string {
  return payloadOf('STATUS', `"code":${code}${data === undefined ? '' : `,"data":${JSON.stringify(data)}`}`);
}

function payloadOf(operation: string, members: string): string {
  return `{"operation":"${operation}",${members}}`;
}
