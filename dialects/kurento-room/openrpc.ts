import { z } from 'zod';
import { errorTable } from './error-table.js';
import { errorNames } from './errors.js';
import type { ErrorCode } from './errors.js';
import { notifications } from './notifications.js';
import { requests } from './requests.js';
import type { MethodName, NotificationName } from './types.js';

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
const protocolVersion = '1.1.0';

const sessionId = z.string().meta({ description: 'The session of this connection, for connect' });

let document: OpenRpcDocument | undefined;

/** The room protocol as an OpenRPC document. It is made once, from the values of the requests and notifications. */
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
    methods: requests.map(methodObject),
    'x-notifications': notifications.map(notificationObject),
    'x-errors': errorObjects(),
  };
  return document;
}

function methodObject(request: (typeof requests)[number]): MethodObject {
  const { name, params, result, summary, description, example } = request;
  const named = request.scope === 'session';
  const described = named ? request.result.extend({ sessionId }) : result;
  return {
    name,
    summary,
    ...(description === undefined ? {} : { description }),
    paramStructure: 'by-name',
    params: descriptorsOf(params, 'input'),
    result: { name: 'result', schema: schemaOf(described, 'output') },
    errors: errorsOf(name),
    examples: [
      {
        name: `${name} example`,
        params: namedValues(example.params),
        result: { name: 'result', value: named ? { ...request.example.result, sessionId: '5d41…' } : example.result },
      },
    ],
  };
}

function notificationObject({
  name,
  summary,
  to,
  params,
  example,
}: (typeof notifications)[number]): NotificationObject {
  return { name, summary, to, params: descriptorsOf(params, 'output'), example: namedValues(example) };
}

/** One entry for each number, with all its conditions. */
function errorObjects(): ErrorObject[] {
  const table = errorTable();
  return [...new Set(table.map(({ code }) => code))].map((code) => ({
    code,
    name: errorNames[code],
    conditions: table
      .filter((row) => row.code === code)
      .map(({ when, requests: names }) => ({ when, requests: names })),
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
