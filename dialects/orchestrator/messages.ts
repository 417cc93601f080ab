import { z } from 'zod';
import type { SfuData } from './options.js';

/** A field of the wrong type counts as absent (docs/protocols/orchestrator.md#11-malformed-input). */
const text = z.string().optional().catch(undefined);

/** The fields of each command that are read; others are ignored. */
export const commands = {
  nothing: z.object({}),
  login: z.object({ userName: text, userPassword: text, password: text }),
  user: z.object({ userId: z.unknown().optional() }),
  userData: z.object({ userDataJson: z.unknown().optional() }),
  newSession: z.object({
    sessionName: text,
    sessionDescription: text,
    sessionProtocol: text,
    scenarioDefinition: z.object({ scenarioId: text }).catch({ scenarioId: undefined }),
  }),
  session: z.object({ sessionId: text }),
  message: z.object({ userId: text, message: z.unknown().optional() }),
} as const;

/** JSON from clients, which the server does not interpret. */
export type Json = unknown;

export type UserData = Readonly<Record<string, Json>>;

/** docs/protocols/orchestrator.md#5-objects */
export interface UserObject {
  readonly userId: string;
  readonly userName: string;
  readonly userData: UserData;
  /** Empty for a user in no session. */
  readonly sfuData: SfuData | Readonly<Record<string, never>>;
}

/** docs/protocols/orchestrator.md#5-objects. Members that are undefined are absent on the wire. */
export interface SessionSummary {
  readonly sessionId: string;
  readonly sessionName: string;
  readonly sessionDescription: string | undefined;
  readonly sessionProtocol: string;
  readonly sessionAdministrator: string | undefined;
  readonly sessionMaster: string | undefined;
  readonly scenarioId: string | undefined;
  readonly sessionUsers: readonly string[];
}

export interface SessionObject extends SessionSummary {
  readonly sessionUserDefinitions: readonly UserObject[];
}

/** The state of one user's streams (docs/protocols/orchestrator.md#5-objects). */
export interface StreamState {
  readonly connectionId: string;
  readonly connectionLoggedAs: string;
  readonly dataStreams: Readonly<
    Record<string, { dataStreamKind: string; dataSteamDescription: string; dataStreamDescription: string }>
  >;
  readonly remoteDataStreams: Readonly<
    Record<string, { dataStreamUserId: string; dataStreamKind: string; dataStreamDescription: string }>
  >;
}

/** All events that the server sends, with their arguments (docs/protocols/orchestrator.md#8-events-to-clients). */
export interface Notices {
  SessionUpdated: [
    | { eventId: 'USER_JOINED_SESSION'; eventData: { userId: string; userData: UserObject } }
    | { eventId: 'USER_LEFT_SESSION'; eventData: { userId: string } }
    | { eventId: 'USER_DATA_UPDATED'; eventData: { userId: string; userData: UserData } },
  ];
  SessionClosed: [Readonly<Record<string, never>>];
  MessageSent: [{ messageFrom: string; messageFromName: string; message: Json }];
  SceneEventToMaster: [{ sceneEventFrom: string; sceneEventData: Json }];
  SceneEventToUser: [{ sceneEventFrom: string; sceneEventData: Json }];
  DataReceived: [fromUserId: string, kind: string, data: unknown];
}

/** The argument of an acknowledgement (docs/protocols/orchestrator.md#2-requests-and-answers). */
export interface Answer {
  readonly error: number;
  readonly message: string;
  readonly body: object;
  readonly commandId?: Json;
}
