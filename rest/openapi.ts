import { z } from 'zod';
import type { NeededGrant } from './callers.js';
import { download, mediaType } from './download.js';
import { nothing } from './operation.js';
import type { Operation } from './operation.js';
import { operations, queryPathOf } from './operations.js';
import { problems } from './problem.js';
import type { ProblemCode } from './problem.js';
import { components } from './schemas.js';

type Json = Readonly<Record<string, unknown>>;

/** The version of the REST API, not of the server. */
const apiVersion = '1.0.0';

/** The reasons for which every operation may be refused. */
const always: readonly ProblemCode[] = ['bad-request', 'method-not-allowed', 'internal-error'];
/** Those that depend on who may. */
export const ofAccess: Readonly<Record<Operation['access'], readonly ProblemCode[]>> = {
  everybody: [],
  'admin-sees-more': ['token-needed', 'too-many'],
  admin: ['token-needed', 'too-many', 'writes-off'],
  recordings: ['token-needed', 'too-many', 'writes-off'],
  'recordings-or-link': ['token-needed', 'too-many', 'writes-off'],
  ...forGrants(['token-needed', 'too-many', 'writes-off', 'forbidden']),
};
const security: Readonly<Record<Operation['access'], readonly Json[]>> = {
  everybody: [],
  'admin-sees-more': [{}, { adminToken: [] }, { accessToken: [] }],
  admin: [{ adminToken: [] }],
  recordings: [{ adminToken: [] }, { accessToken: [] }],
  'recordings-or-link': [{}, { adminToken: [] }, { accessToken: [] }],
  ...forGrants([{ adminToken: [] }, { accessToken: [] }]),
};

/** The same for every grant that an operation may need. */
function forGrants<Value>(value: Value): Record<NeededGrant, Value> {
  return { roomCreate: value, roomList: value, roomAdmin: value, roomRecord: value, roomEnd: value };
}

const ofBody: readonly ProblemCode[] = ['too-large', 'wrong-type'];

/** The OpenAPI 3.1 document of the REST API, made from the table of operations. */
export function openApiDocument(pathPrefix: string): Json {
  const paths: Record<string, Record<string, Json>> = {};
  for (const [operationId, operation] of Object.entries<Operation>(operations)) {
    const byQuery = queryPathOf(operation.path);
    const places = [
      { path: operation.path, id: operationId, operation },
      ...(byQuery === undefined
        ? []
        : [{ path: byQuery, id: `${operationId}ByQuery`, operation: asQuery(operation, byQuery) }]),
    ];
    for (const { path, id, operation: placed } of places) {
      paths[path] = { ...paths[path], [operation.method]: { operationId: id, ...operationOf(placed) } };
    }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Atrium',
      version: apiVersion,
      description:
        'Rooms over HTTP. What changes something, and what names people, needs the admin token of the configuration, or ' +
        'a token whose grants allow it. ' +
        'The paths outside /api/v1 are those of the Kurento Room server.',
      license: { name: 'Apache 2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: pathPrefix === '' ? '/' : pathPrefix }],
    tags: [
      { name: 'rooms', description: 'Rooms and their settings' },
      { name: 'participants', description: 'Those who are in a room' },
      { name: 'moderation', description: 'The entrance of a room' },
      { name: 'recordings', description: 'What was recorded of rooms' },
      { name: 'server', description: 'The server itself' },
      { name: 'original', description: 'As the Kurento Room server has them' },
    ],
    paths,
    components: {
      schemas: componentSchemas(),
      securitySchemes: {
        adminToken: { type: 'http', scheme: 'bearer', description: 'The admin token (ADMIN_TOKEN)' },
        accessToken: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: 'A token with roomAdmin or roomRecord for the room, or roomCreate (docs/access.md)',
        },
      },
    },
  };
}

function asQuery(operation: Operation, path: string): Operation {
  return { ...operation, path, description: `The same as \`${operation.path}\`, for names that hold a slash.` };
}

function operationOf(operation: Operation): Json {
  const { tag, summary, description, access } = operation;
  return {
    tags: [tag],
    summary,
    ...(description === undefined ? {} : { description }),
    security: security[access],
    parameters: parametersOf(operation),
    ...(operation.body && {
      requestBody: {
        required: operation.bodyIsOptional !== true,
        content: { 'application/json': { schema: schemaOf(operation.body) } },
      },
    }),
    responses: responsesOf(operation),
  };
}

function parametersOf({ params, path }: Operation): Json[] {
  return Object.entries(params.shape).map(([name, schema]) => {
    const { description, ...shape } = bare(z.toJSONSchema(schema, { io: 'input' }));
    const isInPath = path.includes(`{${name}}`);
    const required = isInPath || !(schema as z.ZodType).safeParse(undefined).success;
    return {
      name,
      in: isInPath ? 'path' : 'query',
      required,
      ...(description !== undefined && { description }),
      schema: shape,
    };
  });
}

function responsesOf(operation: Operation): Json {
  const codes = [...always, ...ofAccess[operation.access], ...(operation.body ? ofBody : []), ...operation.problems];
  const responses: Record<string, Json> = {};
  for (const [status, schema] of Object.entries(operation.responses)) {
    responses[status] =
      schema === nothing ? { description: 'Done' } : { description: 'The answer', content: contentOf(schema) };
  }
  for (const status of new Set(codes.map((code) => problems[code].status))) {
    const meanings = codes.filter((code) => problems[code].status === status);
    responses[status] = {
      description: meanings.map((code) => `\`${code}\`: ${problems[code].meaning}`).join(' '),
      content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
    };
  }
  return responses;
}

function contentOf(schema: z.ZodType): Json {
  return schema === download ? { [mediaType]: {} } : { 'application/json': { schema: schemaOf(schema) } };
}

/** A schema as it stands in an answer. Named schemas are references. */
function schemaOf(schema: z.ZodType): Json {
  const [name] = Object.entries(components).find(([, component]) => component === schema) ?? [];
  if (name !== undefined) return { $ref: `#/components/schemas/${name}` };
  if (schema instanceof z.ZodArray) return { type: 'array', items: schemaOf(schema.element as z.ZodType) };
  if (schema instanceof z.ZodUnion) return { anyOf: schema.options.map((option) => schemaOf(option as z.ZodType)) };
  return bare(z.toJSONSchema(schema));
}

function componentSchemas(): Json {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(components)) registry.add(schema, { id });
  const { schemas } = z.toJSONSchema(registry, { uri: (id) => `#/components/schemas/${id}` });
  return Object.fromEntries(Object.entries(schemas).map(([id, schema]) => [id, bare(schema)]));
}

/** Removes the members that make a schema a document of its own: here it is a part of one. */
function bare(schema: Json): Json {
  return Object.fromEntries(Object.entries(schema).filter(([key]) => key !== '$schema' && key !== '$id'));
}
