import { z } from 'zod';

/**
 * What comes from a media server, as far as the adapter looks at it (docs/protocols/kurento-media.md#2-envelope,
 * #5-servermanager, #6-common-to-all-objects-and-elements, #75-events).
 */

/** The result of any request; `value` is what the operation returned. */
export const answer = z.object({ value: z.unknown().optional() });

/** The value of `getInfo`: `type` is the product's name; factories are the types that can be created. */
export const serverInfo = z.object({
  type: z.string(),
  version: z.string(),
  capabilities: z.array(z.string()).catch([]),
  modules: z.array(z.object({ factories: z.array(z.string()).catch([]) })).catch([]),
});
export type ServerInfo = z.infer<typeof serverInfo>;

/** An offer or an answer of the media server. */
export const sdpText = z.string().min(1);

export const iceCandidateFound = z.object({
  candidate: z.object({ candidate: z.string(), sdpMid: z.string(), sdpMLineIndex: z.int().nonnegative() }),
});

export const connectionStateChanged = z.object({ newState: z.enum(['CONNECTED', 'DISCONNECTED']) });

/** The value of `getConnectionState`. */
export const connectionState = connectionStateChanged.shape.newState;

/** The value of `getIceConnectionState`: one for each component of each stream. */
export const iceConnections = z.array(z.object({ state: z.string() }));

/** The value of `getLocalSessionDescriptor`. */
export const localSdp = z.string();

/** Event `MediaStateChanged`. */
export const mediaStateChanged = connectionStateChanged;

/** Event `IceGatheringDone`, which says nothing else. */
export const iceGatheringDone = z.unknown();

export const iceComponentStateChanged = z.object({ state: z.string() });

/** Event of the embedded engine alone. */
export const layersWanted = z.object({ layers: z.array(z.boolean()) });

/** Event of the server manager (docs/protocols/kurento-media.md#5-servermanager). */
export const objectDestroyed = z.object({ objectId: z.string() });

/** Event of pipelines of our own engine: those that speak. */
export const activeSpeakersChanged = z.object({
  speakers: z.array(z.object({ endpoint: z.string(), level: z.number().min(0).max(1) })),
});

/** The value of `getChildren`. */
export const childIds = z.array(z.string());

/** Event `Recording`. The time is in ms since 1970, by the clock of the media server. */
export const recordingEvent = z.object({
  timestampMillis: z.coerce.number().positive().optional().catch(undefined),
});

/** The value of `getTags`. */
export const tagList = z.array(z.object({ key: z.string() }));

/** Event `Error`; `type` is the kind of error, in capitals. */
export const errorEvent = z.object({
  description: z.string().catch(''),
  errorCode: z.int().catch(0),
  type: z.string().catch('UNKNOWN'),
});
