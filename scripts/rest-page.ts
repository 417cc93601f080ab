import { z } from 'zod';
import { allMetrics } from '../rest/metrics/metrics.js';
import { ofAccess } from '../rest/openapi.js';
import { download, mediaType } from '../rest/download.js';
import { nothing } from '../rest/operation.js';
import type { Operation } from '../rest/operation.js';
import { operations } from '../rest/operations.js';
import { problems } from '../rest/problem.js';
import { components } from '../rest/schemas.js';
import { anchor, frames, page, table, typeText } from './markdown.js';
import type { JsonSchema } from './markdown.js';

/** docs/rest.md, made from the table of operations. */
export const restPagePath = new URL('../docs/rest.md', import.meta.url);

const titles: Readonly<Record<Operation['tag'], string>> = {
  rooms: 'Rooms',
  participants: 'Participants',
  moderation: 'The entrance of a room',
  recordings: 'Recordings',
  server: 'The server',
  original: 'Paths of the Kurento Room server',
};

export function restPage(): Promise<string> {
  return page([
    '# REST',
    '<!-- Made by `npm run docs` from rest/operations.ts, rest/schemas.ts, rest/problem.ts and rest/metrics/. -->',
    'HTTP at the port of the server. A server describes all of this itself, as OpenAPI 3.1, at `/api/v1/openapi.json`.',
    conventions,
    frames([
      'export ADMIN_TOKEN=$(openssl rand -hex 16)',
      'npm start &',
      'curl http://localhost:8080/api/v1/rooms',
      'curl -H "Authorization: Bearer $ADMIN_TOKEN" http://localhost:8080/api/v1/rooms/daily',
      'curl -X DELETE -H "Authorization: Bearer $ADMIN_TOKEN" http://localhost:8080/api/v1/rooms/daily',
    ]).replace('```text', '```sh'),
    ...Object.entries(titles).flatMap(([tag, title]) => [`## ${title}`, operationTable(tag)]),
    '## Answers',
    'Times are texts as `2026-11-20T12:00:00.000Z`.',
    ...Object.entries(componentSchemas()).flatMap(([name, schema]) => componentSection(name, schema)),
    '## Refusals',
    'A refusal is `application/problem+json`, a [Problem](#problem). Its `code` is stable.',
    table(
      ['code', 'status', 'meaning'],
      Object.entries(problems).map(([code, { status, meaning }]) => [`\`${code}\``, String(status), meaning]),
    ),
    '## ADMIN_PORT',
    'With `ADMIN_PORT`, a second port has what only the operator should read, over plain HTTP and without a token: `GET /healthz` with its details, `GET /readyz`, `GET /metrics`, and what is below `/api/v1/drain` and `/api/v1/debug`. It listens at `ADMIN_HOST`, by default on loopback. It refuses pages of browsers, and `PATH_PREFIX` does not stand before its paths. The limits of the other doors hold there, and it counts for itself: it answers also while clients take all places at the other port.',
    '## Metrics',
    '`GET /metrics` is for Prometheus. It needs the admin token, which Prometheus sends when `authorization` of the scrape configuration has it. With `ADMIN_PORT` it is served there without a token, and nowhere else. It counts, and names no rooms and no people. Besides the metrics of the process that prom-client gives:',
    table(
      ['metric', 'type', 'labels', 'meaning'],
      allMetrics.map(({ name, type, labels, help }) => [
        `\`${name}\``,
        type,
        labels.map((label) => `\`${label}\``).join(', '),
        help,
      ]),
    ),
  ]);
}

const conventions = [
  '- Names in a path are any text, percent-encoded. A room named `..` must be written `%2E%2E`, and most HTTP clients normalise that away. Many proxies decode or refuse `%2F` in a path: a name that holds a slash is safe in the query. So each path that begins with `/api/v1/rooms/{room}/participants/{participant}` is served at `/api/v1/participant?room={room}&participant={participant}` too, and every other one below `/api/v1/rooms/{room}` at `/api/v1/room?room={room}`.',
  '- Requests that change something need a token as `Authorization: Bearer TOKEN`: the admin token (`ADMIN_TOKEN`), or one whose grants allow it ([access.md](access.md)). Without an admin token and `KEYS` in the configuration nobody can make them.',
  '- Bodies are JSON, up to 64 kB. Members that are not listed are refused.',
  '- Everybody may make the other requests, except those about recordings, and where `ROOM_LIST` says otherwise. A client that sends the admin token, or a token with `roomAdmin` for the room, is told more: the participants of a room, and why `/healthz` answers as it does. Nobody else is told the name of a participant.',
  '- After ten wrong tokens each further one makes its address wait, from 1 s up to 60 s. Until then every token from there is answered with 429 and `Retry-After`. Other addresses notice nothing.',
  '- Pages of the own host may read the answers, and those of `ALLOWED_ORIGINS`. Others get 403 ([security.md](security.md)). A client that makes too many requests gets 429 with `Retry-After`.',
  '- `PATH_PREFIX` stands before every path.',
  '- Of several nodes on one Redis (`REDIS_URL`), each answers everything. Lists show the rooms of all nodes; what other nodes have is up to 2 s old. A request about one room is passed to the node that owns the room. If that one does not answer within 2 s, the answer is 503 with the code `room-unreachable`, and `Retry-After`: a change may have been made or not. The same is answered while Redis is away.',
  '- Back ends written for LiveKit can manage rooms with its server SDKs instead ([access.md](access.md#livekits-server-sdks)).',
].join('\n');

/** What a client has to have for an operation. */
const needs: Readonly<Record<Operation['access'], string | undefined>> = {
  everybody: undefined,
  'admin-sees-more': undefined,
  admin: 'Needs the admin token.',
  roomCreate: 'Needs `roomCreate`.',
  roomList: 'Needs `roomList`.',
  roomAdmin: 'Needs `roomAdmin`.',
  roomRecord: 'Needs `roomRecord` or `roomAdmin`.',
  roomEnd: 'Needs `roomAdmin` or `roomCreate`.',
  recordings: 'Needs `roomRecord` or `roomAdmin` for the room of the recording.',
  'recordings-or-link': 'Needs `roomRecord` or `roomAdmin` for the room of the recording, or a link.',
};

function operationTable(tag: string): string {
  const rows = Object.values<Operation>(operations)
    .filter((operation) => operation.tag === tag)
    .map(({ method, path, params, body, summary, description, access, responses, problems: refusals }) => {
      const query = Object.keys(params.shape).filter((name) => !path.includes(`{${name}}`));
      const target = `${path}${query.map((name, index) => `${index === 0 ? '?' : '&'}${name}={${name}}`).join('')}`;
      const given = body && `The body is a ${answerText(body)}.`;
      const meaning = [summary, description, given, needs[access]];
      return [
        `\`${method.toUpperCase()} ${target}\``,
        meaning.flatMap((text) => (text === undefined ? [] : [text.endsWith('.') ? text : `${text}.`])).join(' '),
        Object.entries(responses)
          .map(([status, schema]) => `${status}: ${schema === nothing ? 'nothing' : answerText(schema)}`)
          .join('; '),
        [...ofAccess[access], ...refusals].map((code) => `\`${code}\``).join(', '),
      ];
    });
  return table(['request', 'does', 'answers', 'refuses with'], rows);
}

/** With links to the answers that have a name. */
function answerText(schema: z.ZodType): string {
  if (schema === download) return `\`${mediaType}\``;
  const [name] = Object.entries(components).find(([, component]) => component === schema) ?? [];
  if (name !== undefined) return `[${name}](#${anchor(name)})`;
  if (schema instanceof z.ZodUnion) return schema.options.map((option) => answerText(option as z.ZodType)).join(' or ');
  if (schema instanceof z.ZodArray) return `list of ${answerText(schema.element as z.ZodType)}`;
  return typeText(z.toJSONSchema(schema));
}

function componentSection(name: string, schema: JsonSchema): string[] {
  const { description, properties, required } = schema;
  const rows = Object.entries(properties as Record<string, JsonSchema>).map(([member, of]) => {
    const isRequired = Array.isArray(required) && required.includes(member);
    return [
      `\`${member}\``,
      typeText(of, linkTo) + (isRequired ? '' : ' (optional)'),
      typeof of.description === 'string' ? of.description : '',
    ];
  });
  return [`### ${name}`, `${String(description)}.`, table(['member', 'type', 'meaning'], rows)];
}

function componentSchemas(): Record<string, JsonSchema> {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(components)) registry.add(schema, { id });
  return z.toJSONSchema(registry, { uri: (id) => id }).schemas;
}

function linkTo(name: string): string {
  return `[${name}](#${anchor(name)})`;
}
