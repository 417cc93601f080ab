import type {
  ErrorObject,
  MethodObject,
  NotificationObject,
  OpenRpcDocument,
} from '../dialects/kurento-room/openrpc.js';
import { requests } from '../dialects/kurento-room/requests.js';
import { errorsShown, readTranscripts } from '../test/support/transcript-file.js';
import { anchor, frames, page, table, typeText } from './markdown.js';

/** docs/protocol.md, made from the OpenRPC document that the server serves. */
export const protocolPagePath = new URL('../docs/protocol.md', import.meta.url);

export async function protocolPage(document: OpenRpcDocument): Promise<string> {
  const { methods, 'x-notifications': notifications, 'x-errors': errors } = document;
  return page([
    '# The room protocol',
    '<!-- Made by `npm run docs` from dialects/kurento-room/ and test/transcripts/. -->',
    'JSON-RPC 2.0, one object per text frame, no batches, over a WebSocket at `/room`: `ws://localhost:8080/room`. ' +
      'It is the protocol of the Kurento Room server. A server describes itself by `rpc.discover` and at ' +
      '`/api/v1/openrpc.json`, from which this page is made.',
    conventions,
    '## Requests',
    methods.map(({ name, summary }) => `- [${name}](#${anchor(name)}): ${summary}`).join('\n'),
    ...methods.flatMap(requestSection),
    '## Notifications',
    'The server sends these unasked and without `id`. They need no answer.',
    ...notifications.flatMap(notificationSection),
    '## Errors',
    errorTable(errors),
  ]);
}

/** A condition of all requests is shown as `all` in the table. */
const allRequests = requests.length;

const conventions = [
  '- `id` is a number or a text and is echoed unchanged. A request without `id` is executed and not answered.',
  '- Requests of one session are executed one after the other; `ping`, `connect`, `closeSession` and `rpc.discover` pass them.',
  '- `params` is an object; absent, `null` and `{}` are the same. Members that are not known are ignored.',
  '- The result of every request about rooms names the `sessionId`; `params.sessionId` may be given in any request and must then be that one.',
  '- Numbers and booleans may be given as text where the types below say so: old clients do.',
  '- In the examples `->` is sent by the client and `<-` by the server; SDP is shortened.',
].join('\n');

function requestSection(method: MethodObject): string[] {
  const { name, summary, description, params, result } = method;
  const members = params.map((param) => [
    `\`${param.name}\``,
    typeText(param.schema),
    param.required ? 'yes' : 'no',
    param.description ?? '',
  ]);
  return [
    `### ${name}`,
    description === undefined ? summary : `${summary} ${description}`,
    members.length === 0
      ? `Params: ${takesAny(method) ? 'any members' : 'none'}.`
      : table(['param', 'type', 'required', 'meaning'], members),
    `Result: ${typeText(result.schema)}.`,
    errorList(method),
    frames(exampleOf(method)),
  ];
}

/** A request that declares no params but shows some in its example takes any. */
function takesAny({ params, examples }: MethodObject): boolean {
  return params.length === 0 && examples.some((example) => example.params.length > 0);
}

function notificationSection({ name, summary, to, params, example }: NotificationObject): string[] {
  const members = params.map((param) => [`\`${param.name}\``, typeText(param.schema)]);
  return [
    // A request has the same name.
    `### ${name} (notification)`,
    `${summary} Sent to ${to}.`,
    members.length === 0 ? 'Params: none.' : table(['param', 'type'], members),
    frames([`<- ${JSON.stringify({ method: name, params: objectOf(example), jsonrpc: '2.0' })}`]),
  ];
}

function errorTable(errors: readonly ErrorObject[]): string {
  const shown = errorsShown(readTranscripts());
  const rows = errors.flatMap(({ code, name, conditions }) =>
    conditions.map(({ when, requests: which }) => [
      String(code),
      `\`${name}\``,
      when,
      which.length === 0 ? 'none' : which.length === allRequests ? 'all' : which.join(', '),
      linksTo(shown.filter((error) => error.code === code && error.when === when).map(({ where }) => where)),
    ]),
  );
  return [
    'A refusal changes nothing. `message` is for people, never empty, and holds nothing of the inside of the server.',
    table(['code', 'name', 'condition', 'requests', 'shown in test/transcripts/'], rows),
    frames(['<- {"id":1,"error":{"code":104,"message":"\\"berta\\" is already in room \\"daily\\""},"jsonrpc":"2.0"}']),
    'Any request may be refused because the client has spent its budget ([security.md](security.md)). The answer has the id of that request, and the connection is closed with 1008 right after it:',
    frames([
      '<- {"id":1,"error":{"code":204,"message":"Too many requests","data":{"reason":"too-many","retryAfterMs":1}},"jsonrpc":"2.0"}',
    ]),
  ].join('\n\n');
}

/** @param places as `3.1-join-room.txt:12` */
function linksTo(places: readonly string[]): string {
  const files = [...new Set(places.map((place) => place.replace(/\.txt:\d+$/, '')))];
  return files.map((file) => `[${file}](../test/transcripts/${file}.txt)`).join(', ');
}

/** With what every request may get, -32602 and -32603, in short. */
function errorList({ errors }: MethodObject): string {
  const common = errors.filter(({ code }) => code < 0).map(({ code }) => `[${code}](#errors)`);
  const own = errors.filter(({ code }) => code >= 0).map(({ code, message }) => `- ${code}: ${message}`);
  return [`Errors: ${common.join(', ')}${own.length > 0 ? ', and' : '.'}`, ...own].join('\n');
}

function exampleOf({ name, params, examples }: MethodObject): string[] {
  return examples.flatMap((example) => [
    `-> ${JSON.stringify({ jsonrpc: '2.0', method: name, ...(params.length > 0 || example.params.length > 0 ? { params: objectOf(example.params) } : {}), id: 1 })}`,
    `<- ${JSON.stringify({ id: 1, result: example.result.value, jsonrpc: '2.0' })}`,
  ]);
}

function objectOf(values: readonly { readonly name: string; readonly value: unknown }[]): object {
  return Object.fromEntries(values.map(({ name, value }) => [name, value]));
}
