import { MediaError } from '../errors.js';
import type { MediaRecord } from '../port.js';
import { SpreadElement } from './element.js';
import { spreadRecordOf } from './records.js';

export class SpreadFilter extends SpreadElement {
  readonly isSink = false;
  #source: string | undefined;

  get source(): string {
    if (this.#source === undefined) throw new MediaError('engine-error', 'No endpoint is connected to the filter');
    return this.#source;
  }

  get record(): MediaRecord {
    const source = this.#source;
    return spreadRecordOf({ ...this.factsOf('spread-filter'), ...(source !== undefined && { source }) });
  }

  /** Always throws: a filter is where its endpoint is. */
  get relaySink(): never {
    throw new MediaError('engine-error', 'The filter is on another media server');
  }

  restore(source: string | undefined): void {
    this.#source = source;
  }

  connectedFrom(element: SpreadElement): void {
    this.#source = element.source;
  }

  protected leaveRelays(): void {
    // None brings it anything.
  }
}
