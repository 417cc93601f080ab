import { z } from 'zod';
import type { Role } from '../../../rooms/index.js';
import { customIceServer } from './ice-servers.js';
import { ovStream } from './stream.js';

/** Characters of what the back end and pages attach to a connection, at most, whatever the option says. */
const mostData = 1_000_000;

const kbit = z.int().min(0);
export const kurentoOptions = z.object({
  videoMaxRecvBandwidth: kbit.optional(),
  videoMinRecvBandwidth: kbit.optional(),
  videoMaxSendBandwidth: kbit.optional(),
  videoMinSendBandwidth: kbit.optional(),
  allowedFilters: z.array(z.string().max(200)).max(100).optional(),
});
export type KurentoOptions = z.output<typeof kurentoOptions>;

// They are ours by name: rooms/grants.ts.
const role = z.enum(['SUBSCRIBER', 'PUBLISHER', 'MODERATOR'] satisfies Role[]);
export type OvRole = z.output<typeof role>;

/** Body of `POST /sessions/ID/connection`. */
export const connectionBody = z.object({
  type: z.enum(['WEBRTC', 'IPCAM']).default('WEBRTC'),
  /** The server data: others read it after the client's own. */
  data: z.string().max(mostData).default(''),
  role: role.default('PUBLISHER'),
  /** Whether its streams are in recordings of individual streams. */
  record: z.boolean().default(true),
  kurentoOptions: kurentoOptions.optional(),
  customIceServers: z.array(customIceServer).max(100).default([]),
});
export type ConnectionBody = z.output<typeof connectionBody>;

/** Body of `PATCH /sessions/ID/connection/CON`. */
export const connectionChanges = z.object({ role: role.optional(), record: z.boolean().optional() });
export type ConnectionChanges = z.output<typeof connectionChanges>;

/** What is known of a connection once its page has joined. */
const activity = z.object({
  /** Of its participant in the room. */
  slot: z.int(),
  activeAt: z.number(),
  clientMetadata: z.string(),
  platform: z.string(),
  ip: z.string(),
  finalUserId: z.string(),
});
export type Activity = z.output<typeof activity>;

/** What is kept of a connection that the back end has made. */
export const memberRecord = connectionBody.omit({ type: true, data: true }).extend({
  id: z.string(),
  createdAt: z.number(),
  serverData: z.string(),
  /** `tok_…`. Good for one join. */
  token: z.string(),
  /** Undefined: pending. */
  activity: activity.optional(),
  stream: ovStream.optional(),
});
export type MemberRecord = z.output<typeof memberRecord>;

/** What is kept of a participant of another protocol, as members see it. */
export const strangerRecord = z.object({
  id: z.string(),
  slot: z.int(),
  createdAt: z.number(),
  stream: ovStream.optional(),
});
export type StrangerRecord = z.output<typeof strangerRecord>;
