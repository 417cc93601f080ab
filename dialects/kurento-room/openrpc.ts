import { z } from 'zod';
import { errorNames, protocolErrorCodes, roomErrorCodes } from './errors.js';
import type { Condition, ErrorCode, ErrorEntry } from './errors.js';
import { notificationDescriptions, requestDescriptions } from './descriptions.js';
import { connectionRequests, notifications, requests } from './params.js';
import type { MethodName, NotificationName } from './params.js';

export type JsonSchema = Readonly<Record<string, unknown>>;

interface ContentDescriptor {
  readonly name: string;
  readonly description?: string;
  readonly required: boolean;
  readonly schema: JsonSchema;
}

interface NamedValue {
  readonly name: string;
  readonly value: unknown;
}

export interface MethodObject {
  readonly name: MethodName;
  readonly summary: string;
  readonly description?: string;
  readonly paramStructure: 'by-name';
  readonly params: readonly ContentDescriptor[];
  readonly result: { readonly name: string; readonly schema: JsonSchema };
  readonly errors: readonly { readonly code: ErrorCode; readonly message: string }[];
  readonly examples: readonly {
    readonly name: string;
    readonly params: readonly NamedValue[];
    readonly result: NamedValue;
  }[];
}

export interface NotificationObject {
  readonly name: NotificationName;
  readonly summary: string;
  readonly to: string;
  readonly params: readonly ContentDescriptor[];
  readonly example: readonly NamedValue[];
}

export interface ErrorObject {
  readonly code: ErrorCode;
  readonly name: string;
  readonly conditions: readonly { readonly when: string; readonly requests: readonly MethodName[] }[];
}

/** An OpenRPC 1.3 document, with two members of our own: notifications, and the whole table of errors. */
export interface OpenRpcDocument {
  readonly openrpc: '1.3.2';
  readonly info: JsonSchema;
  readonly methods: readonly MethodObject[];
  readonly 'x-notifications': readonly NotificationObject[];
  readonly 'x-errors': readonly ErrorObject[];
  readonly [member: string]: unknown;
}

/** The version of the room protocol, not of the server. */
const protocolVersion = '1.0.0';

const methodNames = Object.keys(requests) as MethodName[];
const sessionId = z.string().meta({ description: 'The session of this connection, for connect' });

let document: OpenRpcDocument | undefined;

/** The room protocol as an OpenRPC document, made from its schemas, descriptions and table of errors; made once. */
export function openRpcDocument(): OpenRpcDocument {
  document ??= {
    openrpc: '1.3.2',
    info: {
      title: 'Atrium room protocol',
      version: protocolVersion,
      description:
        'JSON-RPC 2.0, one object per text frame of the WebSocket at /room (after the path prefix, if one is configured). ' +
        'Methods are what a client may ask. OpenRPC has no place for what the server tells unasked: that is in x-notifications, ' +
        'of the same shape as methods, without result. x-errors is the whole table of errors.',
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    methods: methodNames.map(methodObject),
    'x-notifications': (Object.keys(notifications) as NotificationName[]).map(notificationObject),
    'x-errors': errorObjects(),
  };
  return document;
}

function methodObject(name: MethodName): MethodObject {
  const { summary, description, example } = requestDescriptions[name];
  const result = requests[name].result;
  const named = result instanceof z.ZodObject && !(connectionRequests as readonly MethodName[]).includes(name);
  return {
    name,
    summary,
    ...(description === undefined ? {} : { description }),
    paramStructure: 'by-name',
    params: descriptorsOf(requests[name].params, 'input'),
    result: { name: 'result', schema: schemaOf(named ? result.extend({ sessionId }) : result, 'output') },
    errors: errorsOf(name),
    examples: [
      {
        name: `${name} example`,
        params: namedValues(example.params),
        result: {
          name: 'result',
          value: named ? { ...(example.result as object), sessionId: '5d41…' } : example.result,
        },
      },
    ],
  };
}

function notificationObject(name: NotificationName): NotificationObject {
  const { summary, to, example } = notificationDescriptions[name];
  return { name, summary, to, params: descriptorsOf(notifications[name], 'output'), example: namedValues(example) };
}

/** Sorted by number; what one number is sent for is together. */
function errorObjects(): ErrorObject[] {
  const conditions = new Map<ErrorCode, Condition[]>();
  const entries: readonly ErrorEntry[] = [...protocolErrorCodes, ...Object.values(roomErrorCodes)];
  for (const entry of entries) {
    conditions.set(entry.code, [...(conditions.get(entry.code) ?? []), ...entry.conditions]);
  }
  return [...conditions]
    .sort(([a], [b]) => a - b)
    .map(([code, all]) => ({
      code,
      name: errorNames[code],
      conditions: all.map(({ when, requests: which }) => ({ when, requests: which === 'all' ? methodNames : which })),
    }));
}

/** One entry for each number, as OpenRPC wants it. */
function errorsOf(method: MethodName): MethodObject['errors'] {
  return errorObjects().flatMap(({ code, conditions }) => {
    const fitting = conditions.filter((condition) => condition.requests.includes(method));
    return fitting.length === 0 ? [] : [{ code, message: fitting.map(({ when }) => when).join(' ') }];
  });
}

function descriptorsOf(params: z.ZodObject, io: 'input' | 'output'): ContentDescriptor[] {
  const { properties = {}, required = [] } = schemaOf(params, io) as {
    properties?: Record<string, JsonSchema>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    ...(typeof description === 'string' ? { description } : {}),
    required: required.includes(name),
    schema,
  }));
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
  // OpenRPC speaks JSON Schema draft 7.
  const members = Object.entries(z.toJSONSchema(schema, { target: 'draft-7', io }));
  return Object.fromEntries(members.filter(([key]) => key !== '$schema'));
}

function namedValues(values: object): NamedValue[] {
  return Object.entries(values).map(([name, value]) => ({ name, value: value as unknown }));
}
