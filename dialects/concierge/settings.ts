/** What the dialect takes from the options of the server, under their names. */
export interface ConciergeSettings {
  readonly conciergePaths: readonly string[];
  /** Empty: none is asked for. */
  readonly conciergeSecret: string;
  readonly conciergeSpelling: 'auto' | 'documented' | 'shipped';
  readonly conciergeServices: boolean;
  /** As `name` or `name=nickname`. */
  readonly conciergeGroups: readonly string[];
  readonly conciergeIdentifyMs: number;
  readonly conciergePingMs: number;
  readonly conciergeSilenceMs: number;
  readonly conciergeMaxPayloadBytes: number;
  readonly conciergeMaxQueuedBytes: number;
  readonly conciergeMaxOwnedGroups: number;
  readonly conciergeMaxRate: number;
  readonly conciergeMaxBurst: number;
  readonly conciergeFiles: 'off' | 'uuid' | 'fs-key';
  readonly conciergeFilesPath: string;
  readonly conciergeFilesDir: string;
  readonly conciergeFileBytes: number;
  readonly conciergeClientFiles: number;
  readonly conciergeClientFileBytes: number;
  readonly conciergeTotalFileBytes: number;
}
