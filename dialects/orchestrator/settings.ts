/** The three addresses a client may exchange heavy media at (Orchestrator §9). */
export interface SfuData {
  readonly url_gen: string;
  readonly url_audio: string;
  readonly url_pcc: string;
}

/** A forwarding service that runs elsewhere, with templates of its addresses. */
export interface SfuService {
  readonly port: number;
  readonly sfuData: SfuData;
}

export interface OrchestratorSettings {
  /** Where this dialect is alone; it is a guest of the default namespace besides. */
  readonly orchestratorNamespace: string;
  /** The scenario that rooms of other dialects are listed with. */
  readonly orchestratorDefaultScenario: string;
  /** Whether chat of other dialects is told to clients of this one (§15). */
  readonly orchestratorForeignChat: boolean;
  /** What `userPassword` must be at login; empty: nobody is asked. */
  readonly orchestratorPassword: string;
  readonly orchestratorAllowTerminate: boolean;
  readonly orchestratorDumpData: boolean;
  /** Asked for the time in this order; `localtime` is the clock of this host; none: the same. */
  readonly orchestratorNtpServers: readonly string[];
  readonly orchestratorNtpIntervalMs: number;
  readonly orchestratorNtpTimeoutMs: number;
  /** What `%EXTERNAL_HOSTNAME%` becomes; `dynamic`: the Host of whoever creates the session. */
  readonly orchestratorExternalHostname: string;
  /** By `sessionProtocol`: `dash`, `webrtc`, `tcpreflector`. */
  readonly orchestratorSfu: ReadonlyMap<string, readonly SfuService[]>;
  /** Sessions one user may administer at a time. */
  readonly orchestratorMaxSessions: number;
  /** Streams one user may declare, and as many she may be registered for. */
  readonly orchestratorMaxStreams: number;
  /** UTF-16 code units of the JSON text of one user's data. */
  readonly orchestratorMaxUserData: number;
  /** UTF-16 code units of a name, a description or a kind. */
  readonly orchestratorMaxText: number;
  /** Bytes that may wait for a slow reader: beyond it loses data packets, and is disconnected when it is to be told anything else. */
  readonly orchestratorMaxQueuedBytes: number;
}
