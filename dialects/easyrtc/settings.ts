import type { IceServer } from './messages.js';

/** What the server lets this dialect do, under the names of the options (EasyRTC §12). Patterns match without regard to case. */
export interface EasyRtcSettings {
  readonly easyrtcDefaultApplication: string;
  /** Applications there are besides the default one when none are made on demand. */
  readonly easyrtcApplications: readonly string[];
  readonly easyrtcApplicationAutoCreate: boolean;
  readonly easyrtcApplicationFields: FieldValues;
  readonly easyrtcRoomFields: FieldValues;
  readonly easyrtcConnectionFields: FieldValues;
  readonly easyrtcDefaultRoomEnabled: boolean;
  readonly easyrtcDefaultRoom: string;
  readonly easyrtcRoomAutoCreate: boolean;
  /** 0: any number. */
  readonly easyrtcRoomMaxConnections: number;
  /** The type of message that is a text for people, told to participants of other protocols too. */
  readonly easyrtcChatType: string;
  /** Shared with coturn's `use-auth-secret`; empty: TURN servers are told as they are configured. */
  readonly easyrtcTurnSecret: string;
  readonly easyrtcTurnSeconds: number;
  /** Folder served at /easyrtc; empty: none. */
  readonly easyrtcFiles: string;
  readonly easyrtcMaxPacketBytes: number;
  readonly easyrtcHookTimeoutMs: number;
  /** Of the following four 0 is no limit. */
  readonly easyrtcLoginTimeoutMs: number;
  readonly easyrtcMaxConnectionsPerAddress: number;
  readonly easyrtcMaxRooms: number;
  readonly easyrtcMaxMessagesPerSecond: number;
  readonly easyrtcApiVersionPattern: string;
  readonly easyrtcApplicationPattern: string;
  readonly easyrtcIdPattern: string;
  readonly easyrtcSessionPattern: string;
  readonly easyrtcRoomPattern: string;
  readonly easyrtcGroupPattern: string;
  readonly easyrtcUsernamePattern: string;
  readonly easyrtcPresenceShowPattern: string;
  readonly easyrtcPresenceStatusPattern: string;
  readonly maxQueuedBytes: number;
  readonly maxQueuedRequests: number;
}

/** Values that the server sets and clients read, by name. */
export type FieldValues = Readonly<Record<string, unknown>>;

/** What names and values look like (EasyRTC §4). */
export interface Patterns {
  readonly apiVersion: RegExp;
  readonly application: RegExp;
  readonly id: RegExp;
  readonly session: RegExp;
  readonly room: RegExp;
  readonly group: RegExp;
  readonly username: RegExp;
  readonly presenceShow: RegExp;
  readonly presenceStatus: RegExp;
}

export function patternsOf(settings: EasyRtcSettings): Patterns {
  const pattern = (text: string): RegExp => new RegExp(text, 'i');
  return {
    apiVersion: pattern(settings.easyrtcApiVersionPattern),
    application: pattern(settings.easyrtcApplicationPattern),
    id: pattern(settings.easyrtcIdPattern),
    session: pattern(settings.easyrtcSessionPattern),
    room: pattern(settings.easyrtcRoomPattern),
    group: pattern(settings.easyrtcGroupPattern),
    username: pattern(settings.easyrtcUsernamePattern),
    presenceShow: pattern(settings.easyrtcPresenceShowPattern),
    presenceStatus: pattern(settings.easyrtcPresenceStatusPattern),
  };
}

/** What comes from elsewhere in the server: STUN and TURN servers, the same for every protocol. */
export interface EasyRtcExtras {
  readonly iceServers: readonly IceServer[];
}
