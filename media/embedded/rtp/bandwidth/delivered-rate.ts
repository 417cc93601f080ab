const bucketMs = 50;
/** Complete buckets that are counted. */
const buckets = 10;
/** Fewer say nothing. */
const enough = 4;

/** How much has come over one transport in the last half second. Times are in ms of the receiver's clock. */
export class DeliveredRate {
  /** One more than are counted: the newest is not complete. */
  readonly #bytes = new Float64Array(buckets + 1);
  /** Numbers of the first bucket and of the newest one, from the beginning of the clock; NaN: nothing has come. */
  #first = Number.NaN;
  #newest = Number.NaN;

  add(bytes: number, arrivedAt: number): void {
    const bucket = Math.floor(arrivedAt / bucketMs);
    if (Number.isNaN(this.#newest) || Math.abs(bucket - this.#newest) > 20 * buckets) this.#restart(bucket);
    if (bucket <= this.#newest - this.#bytes.length) return;
    for (; this.#newest < bucket; this.#newest += 1) this.#bytes[(this.#newest + 1) % this.#bytes.length] = 0;
    const slot = bucket % this.#bytes.length;
    this.#bytes[slot] = (this.#bytes[slot] ?? 0) + bytes;
  }

  /** In bit/s; undefined: too little has come to tell. */
  get bitrate(): number | undefined {
    const complete = Math.min(buckets, this.#newest - this.#first);
    if (!(complete >= enough)) return undefined;
    let sum = 0;
    for (let age = 1; age <= complete; age++) sum += this.#bytes[(this.#newest - age) % this.#bytes.length] ?? 0;
    return (sum * 8 * 1000) / (complete * bucketMs);
  }

  /** Far from what came before: a long silence, or another clock. */
  #restart(bucket: number): void {
    this.#bytes.fill(0);
    this.#first = this.#newest = bucket;
  }
}
