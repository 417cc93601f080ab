/** Between the bench and the floor. */

/** The ports of each publisher's receivers. */
export interface FloorCommand {
  readonly receivers: readonly (readonly number[])[];
}

export type FloorReport = { readonly type: 'ready'; readonly port: number } | { readonly type: 'connected' };
