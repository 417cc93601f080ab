/** What can be told of a client without a secret. */
export interface ClientFacts {
  /** First 8 characters of the SHA-256 of its session's id, in hex. */
  readonly session: string;
  readonly isConnected: boolean;
  readonly features: readonly string[];
  /** Of its last connection. */
  readonly address: string | undefined;
  /** Requests that run or wait. */
  readonly requests: number;
  /** Messages that are kept until it has them. */
  readonly keptMessages: number;
}
