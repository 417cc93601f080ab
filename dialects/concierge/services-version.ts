import type { Refusal, RefusalCode } from './errors.js';
import { listOf, membersOf } from './protocol-version.js';
import type { Answer, ProtocolVersion, Notice, OlderAnswer } from './protocol-version.js';
import { addressed, group02, message02, named, numbered, serverOnly02 } from './messages.js';
import type { Request, Target } from './messages.js';
import { checked } from './payload.js';
import type { Payload } from './payload.js';
import { RequestTable, dataOf } from './request-table.js';
import type { Reader } from './request-table.js';

export const requests02 = new RequestTable(
  [
    ['MESSAGE', (payload) => ({ type: 'message', target: checked(message02, payload).target, data: dataOf(payload) })],
    ['SELF_SUBSCRIBE', aboutService('subscribe')],
    ['SELF_UNSUBSCRIBE', aboutService('unsubscribe')],
    ['SELF_FETCH', () => ({ type: 'fetchSelf' })],
    ['SELF_SET_SEQ', (payload) => ({ type: 'setSeq', seq: checked(numbered, payload).seq })],
    [
      'SERVICE_CREATE',
      (payload) => ({
        type: 'createGroup',
        group: checked(group02, payload),
        nickname: checked(named, payload).nickname,
      }),
    ],
    ['SERVICE_DELETE', aboutService('deleteGroup')],
    ['SERVICE_FETCH', aboutService('fetchGroup')],
    ['SERVICE_FETCH_ALL', () => ({ type: 'fetchGroups' })],
    ['CLIENT_FETCH', (payload) => ({ type: 'fetchClient', uuid: checked(addressed, payload).uuid })],
    ['CLIENT_FETCH_ALL', () => ({ type: 'fetchClients' })],
  ],
  serverOnly02,
);

/**
 * Version 0.2: groups are services, and every answer has a type of its own (docs/protocols/concierge.md#14-version-02).
 */
export class ServicesVersion implements ProtocolVersion {
  readonly typeMember = 'type';
  readonly tellsDoer = true;

  read(payload: Payload): Request {
    return requests02.read(payload);
  }

  answer(seq: number, answer: Exclude<Answer, OlderAnswer>): string {
    switch (answer.type) {
      case 'ok':
      case 'sent':
        return payload('OK', '', seq);
      case 'subscribed':
        return payload('SELF_SUBSCRIBE_RESULT', attempt(answer), seq);
      case 'unsubscribed':
        return payload('SELF_UNSUBSCRIBE_RESULT', attempt(answer), seq);
      case 'created':
        return payload('SERVICE_CREATE_RESULT', attempt(answer), seq);
      case 'deleted':
        return payload('SERVICE_DELETE_RESULT', `"service":${answer.group.json}`, seq);
      case 'group':
        return payload('SERVICE_FETCH_RESULT', `"service":${answer.group.json}`, seq);
      case 'groups':
        return payload('SERVICE_FETCH_ALL_RESULT', `"services":${listOf(answer.groups)}`, seq);
      case 'clients':
        return payload('CLIENT_FETCH_ALL_RESULT', `"clients":${listOf(answer.clients)}`, seq);
      case 'self':
        return payload('SELF_FETCH_RESULT', whole(answer), seq);
      case 'client':
        return payload('CLIENT_FETCH_RESULT', whole(answer), seq);
    }
  }

  refuse(seq: number, { code, subject }: Refusal): string {
    const text = JSON.stringify(subject);
    const payloads: Readonly<Record<RefusalCode, readonly [type: string, members: string]>> = {
      protocol: ['ERROR_PROTOCOL', `"desc":${text}`],
      unsupported: ['ERROR_UNSUPPORTED', ''],
      bad: ['BAD', ''],
      internal: ['ERROR_INTERNAL', `"desc":${text}`],
      noSuchName: ['INVALID_NAME', `"name":${text}`],
      noSuchUuid: ['INVALID_UUID', `"uuid":${text}`],
      noSuchGroup: ['INVALID_SERVICE', `"service":${text}`],
    };
    return payload(...payloads[code], seq);
  }

  tell(notice: Notice): string | undefined {
    switch (notice.type) {
      case 'clientJoined':
        return payload('CLIENT_JOINED', `"client":${notice.client.json}`);
      case 'clientLeft':
        return payload('CLIENT_LEFT', `"client":${notice.client.json}`);
      case 'groupCreated':
        return payload('SERVICE_CREATE_RESULT', `"successful":true,"service":${notice.group.json}`);
      case 'groupDeleted':
        return payload('SERVICE_DELETE_RESULT', `"service":${notice.group.json}`);
      case 'groupEnded':
        // SERVICE_DELETE_RESULT has told the subscriber already.
        return undefined;
      case 'evicted':
        return payload('SELF_UNSUBSCRIBE_RESULT', `"successful":true,"service":${notice.group.json}`);
      case 'subscriberJoined':
        return payload('SERVICE_CLIENT_SUBSCRIBED', about(notice));
      case 'subscriberLeft':
        return payload('SERVICE_CLIENT_UNSUBSCRIBED', about(notice));
      case 'message': {
        const origin = `{${membersOf(notice.origin.json)},"service":${notice.group?.json ?? 'null'}}`;
        const target = JSON.stringify(targetIn02(notice.target));
        return `{"type":"MESSAGE","origin":${origin},"target":${target},"data":${notice.data}}`;
      }
    }
  }
}

/** The target as a client of this version would write it. */
function targetIn02(target: Target): Target {
  return target.type === 'GROUP' ? { type: 'SERVICE', service: target.group } : target;
}

function payload(type: string, members: string, seq?: number): string {
  const number = seq === undefined ? '' : `"seq":${seq},`;
  return `{${number}"type":"${type}"${members && ','}${members}}`;
}

function attempt({ changed, group }: Extract<Answer, { readonly changed: boolean }>): string {
  return `"successful":${changed},"service":${group.json}`;
}

function whole({ client, subscriptions }: Answer & { readonly type: 'self' | 'client' }): string {
  return `"client":${client.json},"subscriptions":${listOf(subscriptions)}`;
}

function about({ client, group }: Notice & { readonly type: 'subscriberJoined' | 'subscriberLeft' }): string {
  return `"client":${client.json},"service":${group.json}`;
}

function aboutService(type: 'subscribe' | 'unsubscribe' | 'deleteGroup' | 'fetchGroup'): Reader {
  return (given) => ({ type, group: checked(group02, given) });
}
