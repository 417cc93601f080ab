import { MediaError } from '../errors.js';
import type { FilterElement, MediaRecord, VideoFilter } from '../port.js';
import { SpreadElement } from './element.js';
import { spreadRecordOf } from './records.js';

export class SpreadFilter extends SpreadElement implements FilterElement {
  readonly isSink = false;
  #filter: FilterElement | undefined;
  #source: string | undefined;

  override begin(inner: FilterElement): void {
    super.begin(inner);
    this.#filter = inner;
  }

  override get inner(): FilterElement {
    this.assertOpen();
    if (!this.#filter) throw new MediaError('engine-error', 'It is not there yet');
    return this.#filter;
  }

  async change(filter: VideoFilter): Promise<void> {
    await this.inner.change(filter);
  }

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
