import { z } from 'zod';
import { problemCodes } from './problem.js';

/** The answers of the REST API, declared once. Types, the OpenAPI document and the validation in tests come from here. */

const state = z.enum(['opening', 'open']).meta({ description: 'opening while it is being negotiated, then open' });

const publication = z
  .object({
    state,
    since: z.iso.datetime().nullable().meta({ description: 'When it opened; null while it is opening' }),
  })
  .meta({ description: 'The stream the participant publishes' });

const subscription = z
  .object({ publisher: z.string().meta({ description: 'The id of the participant whose stream is received' }), state })
  .meta({ description: "One participant receiving another one's stream" });

const dialect = z.string().meta({ description: 'The protocol a participant speaks, as kurento-room' });

const participant = z
  .object({
    id: z.string().meta({ description: 'Unique in the room' }),
    name: z.string().meta({ description: 'Unique in the room, too: what protocols show that know people by name' }),
    displayName: z.string(),
    dialect,
    publication: publication.nullable(),
    subscriptions: z.array(subscription),
  })
  .meta({ description: "One client's membership of the room" });

const title = z.string().nullable().meta({ description: 'For people, where it differs from the name' });

const room = z
  .object({ name: z.string(), title, participants: z.array(participant) })
  .meta({ description: 'A room with everybody in it' });

const roomSummary = z
  .object({
    name: z.string(),
    title,
    participants: z.int().nonnegative().meta({ description: 'How many are in the room' }),
    publications: z.int().nonnegative().meta({ description: 'How many of them publish' }),
    dialects: z
      .record(z.string(), z.int().positive())
      .meta({ description: 'How many of the participants speak which protocol' }),
  })
  .meta({ description: 'A room in the list of rooms' });

const clientConfig = z
  .object({
    loopbackRemote: z.boolean().meta({ description: 'Pages publish with doLoopback' }),
    loopbackAndLocal: z.boolean().meta({ description: 'Pages show the local picture as well; needs loopbackRemote' }),
    filterRequestParam: z
      .enum(['hat', 'marker'])
      .meta({ description: 'The member of customRequest that this server understands' }),
    filterAvailable: z.boolean().meta({ description: 'Whether a media server has the filter for it' }),
  })
  .meta({ description: "What the original's page asks before it starts" });

const health = z
  .object({
    status: z.enum(['ok', 'no media server']),
    mediaServers: z.array(
      z.object({
        url: z.string(),
        up: z.boolean(),
        load: z
          .int()
          .nonnegative()
          .meta({ description: 'Endpoints there: publications and subscriptions of all rooms' }),
        filters: z
          .array(z.enum(['face-overlay', 'marker']))
          .meta({ description: 'The filters it has, for customRequest' }),
        process: z
          .object({
            pid: z.int().positive().optional().meta({ description: 'None while it is down' }),
            restarts: z.int().nonnegative().meta({ description: 'How often it was started again' }),
          })
          .optional()
          .meta({ description: 'Of an embedded engine' }),
      }),
    ),
    dialects: z.array(
      z.object({
        name: z.string(),
        connections: z.int().nonnegative().meta({ description: 'Clients that are connected' }),
        undelivered: z.int().nonnegative().optional().meta({
          description: 'Texts of other dialects that none of its clients could be told; none where they take any',
        }),
      }),
    ),
  })
  .meta({ description: 'Whether rooms can have media, and who is connected' });

const status = z
  .object({ status: z.enum(['ok', 'unavailable']) })
  .meta({ description: 'Whether rooms can have media, for everybody' });

const iceServers = z
  .object({
    iceServers: z.array(
      z.object({
        urls: z.array(z.string()),
        username: z.string().optional(),
        credential: z.string().optional(),
      }),
    ),
  })
  .meta({ description: 'STUN and TURN servers, as RTCConfiguration has them' });

const problem = z
  .object({
    type: z.literal('about:blank'),
    title: z.string().meta({ description: 'The phrase of the HTTP status' }),
    status: z.int().min(400).max(599),
    detail: z.string().meta({ description: 'For people: what was wrong with this very request' }),
    code: z.enum(problemCodes).meta({ description: 'For programs: stable, unlike the texts' }),
  })
  .meta({ description: 'A refusal (RFC 9457)' });

/** The schemas that the OpenAPI document gives a name. */
export const components = {
  Room: room,
  RoomSummary: roomSummary,
  Participant: participant,
  Publication: publication,
  Subscription: subscription,
  ClientConfig: clientConfig,
  Health: health,
  Status: status,
  IceServers: iceServers,
  Problem: problem,
} as const satisfies Record<string, z.ZodType>;

export type ComponentName = keyof typeof components;
export type Component<N extends ComponentName> = z.output<(typeof components)[N]>;
