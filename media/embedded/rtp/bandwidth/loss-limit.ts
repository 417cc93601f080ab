/** Shares of loss below which the bitrate grows, or grows a little, and above which it falls. */
const shares = { none: 0.02, little: 0.05, much: 0.1 };
/** Growth of a second. */
const growth = { none: 1.08, little: 1.02 };
/** Packets and ms of which a share is made. */
const enough = { packets: 20, ms: 200 };
/** Weight of the shares before: few packets show it badly. */
const smoothing = 0.6;
/** Ms between two cuts, besides the time to hear of what is sent. */
const cutMs = 300;
/** After so many cuts that changed nothing, the loss is of another cause. */
const vainCuts = 3;
/** Fewer packets than this share must have been sent meanwhile, and the loss must be at least this share of what it was. */
const vain = { fallen: 0.85, remains: 0.75 };
/** How fast a loss that is of another cause is forgotten, as a share in a second: the air gets better some time. */
const forgotten = 0.02;

/**
 * A bitrate that falls while much is lost (draft-ietf-rmcat-gcc-02 §6). Loss that stays when less is sent is that of
 * a bad radio link, and does not count. Times are in ms.
 */
export class LossLimit {
  /** In bit/s; infinity: loss limits nothing. */
  #bitrate = Number.POSITIVE_INFINITY;
  #came = 0;
  #lost = 0;
  #since = Number.NaN;
  #share = 0;
  /** The share that is lost whatever is sent. */
  #given = 0;
  #cutAt = Number.NEGATIVE_INFINITY;
  #cuts = 0;
  /** How it was before the first of these cuts; `rate`: packets in a second. */
  #before = { bitrate: 0, share: 0, rate: 0 };

  get bitrate(): number {
    return this.#bitrate;
  }

  /** When it was cut last; minus infinity: never. */
  get cutAt(): number {
    return this.#cutAt;
  }

  /**
   * @param came packets since the last time. @param lost the same, less those that came after all
   * @param bitrate the estimate at present, in bit/s. @param responseMs from sending a packet to hearing of it
   */
  observe(came: number, lost: number, bitrate: number, responseMs: number, now: number): void {
    if (Number.isNaN(this.#since)) this.#since = now;
    this.#came += came;
    this.#lost += lost;
    const elapsed = now - this.#since;
    if (this.#came + this.#lost < enough.packets || elapsed < enough.ms) return;
    const present = Math.max(0, this.#lost) / Math.max(1, this.#came + this.#lost);
    const share = smoothing * this.#share + (1 - smoothing) * present;
    this.#share = share;
    const rate = ((this.#came + this.#lost) * 1000) / elapsed;
    [this.#came, this.#lost, this.#since] = [0, 0, now];
    this.#given *= Math.max(0, 1 - (forgotten * elapsed) / 1000);
    const own = share - this.#given;
    if (own > shares.much) this.#cut({ bitrate, share, rate }, own, responseMs, now);
    else if (own <= shares.little) this.#grow(own <= shares.none ? growth.none : growth.little, bitrate, elapsed);
  }

  /** The path was tried and has taken this, in bit/s. */
  raise(bitrate: number): void {
    this.#bitrate = Math.max(this.#bitrate, bitrate);
  }

  #grow(factor: number, bitrate: number, elapsed: number): void {
    this.#cuts = 0;
    if (this.#bitrate === Number.POSITIVE_INFINITY) return;
    this.#bitrate *= factor ** (Math.min(1000, elapsed) / 1000);
    // Something else limits.
    if (this.#bitrate > 2 * bitrate) this.#bitrate = Number.POSITIVE_INFINITY;
  }

  #cut(present: { bitrate: number; share: number; rate: number }, own: number, responseMs: number, now: number): void {
    if (now - this.#cutAt < cutMs + Math.min(1000, responseMs)) return;
    if (this.#cuts === 0) this.#before = present;
    const before = this.#before;
    if (this.#cuts >= vainCuts && present.rate < before.rate * vain.fallen) {
      this.#cuts = 0;
      if (present.share >= before.share * vain.remains) {
        this.#given = Math.min(present.share, before.share);
        this.#bitrate = Math.max(this.#bitrate, before.bitrate);
        return;
      }
      this.#before = present;
    }
    this.#cuts += 1;
    this.#cutAt = now;
    this.#bitrate = Math.min(this.#bitrate, present.bitrate * (1 - own / 2));
  }
}
