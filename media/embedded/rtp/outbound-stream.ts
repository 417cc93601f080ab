import type { Codec } from '../codecs/codec.js';
import type { OutgoingPath } from './bandwidth/outgoing-path.js';
import type { SharedVideo } from './bandwidth/receiver.js';
import type { Claim } from './bandwidth/share.js';
import { DescriptorRun } from './descriptor-run.js';
import type { InboundStream } from './inbound-stream.js';
import { LayerChoice } from './layer-choice.js';
import type { Lessening } from './layer-figures.js';
import { LayerFigures } from './layer-figures.js';
import type { Grant, LayerWish } from './layer-choice.js';
import type { Layers } from './layers.js';
import type { KeptPacket } from './packet-ring.js';
import type { Picture } from './picture-shift.js';
import { lastPicture, PictureShift } from './picture-shift.js';
import { withRepeated } from './redundancy.js';
import type { ReportBlock, SenderReport } from './rtcp.js';
import { writeSenderReport } from './rtcp.js';
import type { RtpPacket } from './rtp-packet.js';
import {
  headerSize,
  markExtended,
  numberedHeaderSize,
  roomWith,
  writeHeader,
  writeNumberedHeader,
} from './rtp-packet.js';
import { StopOfOne } from './stop-of-one.js';
import type { Run } from './thinning.js';
import { allPictures, Thinning } from './thinning.js';

/** Packets that are sent again for one request, at most. */
const repairsPerMessage = 64;
/** Packets that are repeated at once, at most. */
const mostRepeated = 100;
/** RFC 3550 §5.1: the last byte of padding says how long it is. */
const paddingBytes = 255;
/** Ms for which a receiver's estimate of its bandwidth is valid. Browsers repeat it once a second or more often. */
const estimateLastsMs = 5000;
/** Ms between two requests for the same keyframe. */
const askAgain = 1000;

export interface OutboundOptions {
  readonly ssrc: number;
  readonly cname: string;
  /** Negotiated payload type of each codec that the receiver takes. */
  readonly payloadTypes: ReadonlyMap<Codec, number>;
  /** Payload type of retransmissions by codec (RFC 4588). Without one a packet is sent again as it was. */
  readonly repairTypes: ReadonlyMap<Codec, number>;
  readonly repairSsrc: number;
  /** Payload type of packets with a copy of the one before, by codec (RFC 2198). Without one there is none. */
  readonly redundantTypes: ReadonlyMap<Codec, number>;
  /** Each packet has a number in the transport, in the header extension with this id; undefined: it has none. */
  readonly numbers: { readonly extension: number; readonly path: OutgoingPath } | undefined;
  /** Id of the extension by which the receiver takes `Codec.descriptor`, of the codec that has one; 0 or undefined: it does not. */
  readonly descriptor: number | undefined;
  /** False when the packet did not leave. */
  readonly send: (packet: Buffer) => boolean;
  /** Called when nothing can be passed on before the next keyframe of the source. */
  readonly askForKeyframe: () => void;
  /** How much video the receiver can take, in bit/s; undefined: it is not known, or nothing shows a limit. */
  readonly bandwidth: (now: number) => number | undefined;
}

/**
 * The stream of one kind of media to one receiver. The source may change: the receiver sees a single stream with one
 * SSRC, one payload type, and numbers of packets and pictures without a jump. Times are in ms.
 */
export class OutboundStream implements SharedVideo {
  readonly ssrc: number;
  readonly counters = { packets: 0, octets: 0, repaired: 0, nacks: 0, keyframeRequests: 0 };
  readonly layerFigures = new LayerFigures();
  roundTripTime = 0;
  packetsLost = 0;
  fractionLost = 0;
  readonly #options: OutboundOptions;
  readonly #choice = new LayerChoice();
  /** Those of which one is sent; undefined: the source is sent in one size. */
  #layers: Layers | undefined;
  /** The layer that is to be sent. It is the source once a keyframe of it has come. */
  #target: InboundStream | undefined;
  /** As `Path.granted`. */
  #granted: Grant | undefined;
  /** Undefined while all pictures are sent. */
  #thinning: Thinning | undefined;
  /** Undefined while a picture in one size is not too much. */
  #stop: StopOfOne | undefined;
  /** A source in one size that is not sent, since it is too much for the receiver. */
  #stopped: InboundStream | undefined;
  #source: InboundStream | undefined;
  #payloadType = -1;
  #repairType: number | undefined;
  #redundantType: number | undefined;
  #repairNumber = 0;
  readonly #descriptors: DescriptorRun | undefined;
  /** Extended number of the first packet of the source that is passed on. */
  #from = 0;
  #waiting = true;
  /** As `InboundStream.spurts`, when its last packet was passed on. */
  #spurts = 0;
  #numberOffset = 0;
  #timestampOffset = 0;
  /** Undefined while the pictures of the source have the right numbers. */
  #shift: PictureShift | undefined;
  /** The last picture of the source before, as the receiver got it. */
  #former: Picture | undefined;
  /** The source before, and the time of its last packet in its own ticks. */
  #left: { readonly source: InboundStream; readonly timestamp: number } | undefined;
  #lastNumber = -1;
  #lastTimestamp = 0;
  #lastAt = 0;
  #askedAt = Number.NEGATIVE_INFINITY;
  #estimate: { readonly bitrate: number; readonly at: number } | undefined;
  #reported: { readonly middle: number; readonly at: number } | undefined;

  constructor(options: OutboundOptions) {
    this.#options = options;
    this.#granted = this.#firstGranted;
    this.#descriptors = options.descriptor ? new DescriptorRun(options.descriptor) : undefined;
    this.ssrc = options.ssrc;
  }

  /** True when the receiver takes this codec. */
  accepts(codec: Codec): boolean {
    return this.#options.payloadTypes.has(codec);
  }

  /** Sends a packet of the source. Writes a new header over the bytes before its payload. */
  forward(packet: RtpPacket, source: InboundStream, now: number): void {
    if (source !== this.#source && !this.#goesOver(packet, source, now)) return;
    if (this.#payloadType === -1) return;
    if (this.#waiting) {
      if (!source.isKeyframe(packet)) {
        this.tick(now);
        return;
      }
      this.#begin(packet, source, now);
    } else if (source.spurts !== this.#spurts) this.#goOn(packet, source);
    if (packet.extended < this.#from) return;
    if (this.#thinning !== undefined && !this.#isKept(packet, this.#thinning, now)) return;
    const number = packet.extended + this.#numberOffset;
    const timestamp = (packet.timestamp + this.#timestampOffset) >>> 0;
    this.#shift?.apply(packet.body);
    const redundant = this.#redundantType === undefined ? undefined : this.#redundant(packet, source);
    const payloadType = redundant ? (this.#redundantType ?? -1) : this.#payloadType;
    const wire =
      this.#described(packet, payloadType, number, timestamp, this.ssrc) ??
      this.#plain(redundant, packet, payloadType, number, timestamp);
    const hasLeft = this.#send(wire, now);
    // The payload is for other receivers too.
    this.#shift?.undo(packet.body);
    if (!hasLeft) return;
    this.counters.packets += 1;
    this.counters.octets += packet.payloadLength;
    if (number <= this.#lastNumber) return;
    if (packet.descriptor) this.#descriptors?.sent(packet.descriptor);
    this.#lastNumber = number;
    this.#lastTimestamp = timestamp;
    this.#lastAt = now;
  }

  /** Forgets the source. The next one begins with a keyframe, and continues the sequence numbers. */
  detach(): void {
    this.#leave();
    this.#source = undefined;
    this.#layers = undefined;
    this.#target = undefined;
    this.#stopped = undefined;
    this.#stop = undefined;
    this.#granted = this.#firstGranted;
    this.#waiting = true;
  }

  /** Chooses a layer, and asks again for the keyframe that is waited for, when it is due. */
  tick(now: number): void {
    if (this.#layers) {
      this.#choose(this.#layers, now);
      this.#look(this.#layers, now);
    } else this.#chooseOfOne(now);
    this.#thin();
    this.layerFigures.less(this.#less, now);
    const isDue = this.#waiting && this.#source !== undefined && this.#payloadType !== -1;
    if (!isDue || now - this.#askedAt < askAgain) return;
    this.#askedAt = now;
    this.#askForKeyframe(now);
  }

  /** What the receiver wants of a picture that is sent in several sizes. */
  wants(wish: LayerWish): void {
    this.#choice.wish = wish;
  }

  /** A receiver that tells what has come begins with the smallest layer, until its bandwidth is known. */
  get #firstGranted(): Grant | undefined {
    return this.#options.numbers && { layer: 0, most: allPictures };
  }

  claim(now: number, isLimited: boolean): Claim | undefined {
    if (this.#payloadType === -1) return undefined;
    if (this.#layers) return this.#choice.claim(this.#layers, this.#target, this.#granted, now);
    if (!isLimited && !this.#stopped) {
      this.#granted = this.#firstGranted;
      return undefined;
    }
    const source = this.#stopped ?? this.#source;
    const isKnown = source?.codec.kind === 'video' && source.bitrate > 0;
    return isKnown ? this.#choice.claimOfOne(source, source !== this.#stopped, this.#granted) : undefined;
  }

  granted(place: number | undefined): void {
    this.#granted = place === undefined ? undefined : this.#choice.grantOf(place);
  }

  /**
   * Of so many layers, those that the receiver wants or gets, and those between them, which it may get when its bandwidth is too little for
   * what it wants: one bit for each, the smallest first.
   */
  wantedLayers(count: number): number {
    const layers = this.#layers;
    if (!layers) return wantedOf(count, this.#choice.wish);
    const wanted = this.#choice.wanted(layers);
    const [target, source] = [this.#target, this.#source].map((one) => one && layers.indexOf(one));
    const reached = this.#granted?.layer ?? target ?? wanted;
    let bits = 0;
    for (const index of [target, source, wanted]) if (index !== undefined && index >= 0) bits |= 1 << index;
    for (let index = Math.max(0, reached + 1); index < wanted; index += 1) bits |= 1 << index;
    return bits;
  }

  /** The receiver needs a keyframe. */
  pictureLost(now: number): void {
    this.counters.keyframeRequests += 1;
    this.#askForKeyframe(now);
  }

  /** Another layer has its own keyframes. */
  #askForKeyframe(now: number): void {
    if (this.#layers) this.#source?.keyframes.request(now);
    else this.#options.askForKeyframe();
  }

  /** A packet came of another stream than the source. Whether it is the source from now on. Of layers the wanted one is, from a keyframe on. */
  #goesOver(packet: RtpPacket, source: InboundStream, now: number): boolean {
    const { layers } = source;
    if (this.#stopped !== undefined) {
      this.#stopped = layers ? undefined : source;
      if (!layers) return false;
    }
    if (layers !== this.#layers) this.#target = undefined;
    this.#layers = layers;
    if (layers && !this.#target) this.#choose(layers, now);
    if (layers && source !== this.#target) return false;
    const goesOn = layers && this.#source?.layers === layers && !this.#waiting;
    if (goesOn && !source.isKeyframe(packet)) return false;
    this.#follow(source);
    return true;
  }

  #look(layers: Layers, now: number): void {
    const layer = this.#source && !this.#waiting ? layers.indexOf(this.#source) : -1;
    const isThere = (index: number): boolean => layers.sentAt(index, now) !== undefined;
    this.layerFigures.look({ layer, wanted: this.#choice.wanted(layers), isThere }, now);
  }

  #choose(layers: Layers, now: number): void {
    const present = this.#source?.layers === layers ? this.#source : undefined;
    const path = { bandwidth: this.#options.bandwidth(now), loss: this.fractionLost, granted: this.#granted };
    this.#target = this.#choice.choose(layers, present, path, now);
    if (!this.#target && this.#granted?.layer === -1) this.#pause();
    if (this.#target !== present && present && !this.#waiting) this.#target?.keyframes.wish(now);
  }

  /** A picture in one size stops when its share of the bandwidth is far too small for it, and comes again with a keyframe. */
  #chooseOfOne(now: number): void {
    const source = this.#source;
    const fits = this.#granted?.layer !== -1;
    if (fits && !this.#stop) return;
    this.#stop ??= new StopOfOne();
    this.#stop.look(fits, now);
    if (this.#stop.isStopped && source && !this.#stopped) {
      this.#pause();
      this.#stopped = source;
    } else if (!this.#stop.isStopped && this.#stopped) {
      this.#follow(this.#stopped);
      this.#stopped = undefined;
    }
  }

  /** What the receiver is not sent of what it does not turn off. */
  get #less(): Lessening | undefined {
    if (this.#stopped || (this.#layers && this.#granted?.layer === -1)) return 'no_picture';
    return this.#thinning && this.#thinning.most !== allPictures ? 'fewer_pictures' : undefined;
  }

  /** Begins to leave pictures out, or ends that. */
  #thin(): void {
    const source = this.#source;
    if (!source?.temporal || this.#waiting) return;
    const most = this.#choice.most(source, this.#layers ? this.#target : source, this.#granted);
    if (this.#thinning) this.#thinning.most = most;
    else if (most !== allPictures) this.#thinning = this.#newThinning(source, most, this.#lastOfSource);
    const over = this.#thinning?.over;
    if (!over) return;
    this.#goOnWith(over);
    this.#thinning = undefined;
  }

  #newThinning(
    source: InboundStream,
    most: number,
    last: { extended: number; timestamp: number },
  ): Thinning | undefined {
    const { codec } = source;
    const first = { from: this.#from, offset: this.#numberOffset, shift: this.#shift };
    return codec.temporal && new Thinning(codec, codec.temporal, most, last, first);
  }

  /** As the source numbers it. */
  get #lastOfSource(): { extended: number; timestamp: number } {
    const timestamp = (this.#lastTimestamp - this.#timestampOffset) >>> 0;
    return { extended: this.#lastNumber - this.#numberOffset, timestamp };
  }

  /** Whether a packet is sent, while pictures are left out. */
  #isKept(packet: RtpPacket, thinning: Thinning, now: number): boolean {
    const run = thinning.take(packet);
    if (!run) return false;
    this.#goOnWith(run);
    if (packet.extended >= thinning.newest || !thinning.isOfLeftOut(packet, run)) return true;
    this.#fill(packet, now);
    return false;
  }

  #goOnWith({ offset, shift }: Run): void {
    this.#numberOffset = offset;
    this.#shift = shift;
  }

  /** Nothing but padding, in place of a packet that came late and is of a picture that was left out: its number was kept for it. */
  #fill({ extended, timestamp }: RtpPacket, now: number): void {
    const filler = Buffer.alloc((this.#options.numbers ? numberedHeaderSize : headerSize) + 1, 1);
    const flags = { padding: true, marker: false };
    const at = (timestamp + this.#timestampOffset) >>> 0;
    this.#write(filler, flags, this.#payloadType, extended + this.#numberOffset, at, this.ssrc);
    this.#send(filler, now);
  }

  /** Nothing is sent until it gets a share again, which begins with a keyframe. */
  #pause(): void {
    this.#leave();
    this.#source = undefined;
    this.#waiting = true;
  }

  /** Sends packets again that the receiver did not get, if they are still kept. `sequences`: 16 bits each. */
  repair(sequences: readonly number[], now: number): void {
    this.counters.nacks += 1;
    const source = this.#source;
    if (!source || this.#waiting) return;
    for (const sequence of sequences.slice(0, repairsPerMessage)) {
      const number = this.#lastNumber - ((this.#lastNumber - sequence) & 0xffff);
      const kept = this.#sentAs(number, source);
      if (!kept) continue;
      if (this.#sendAgain(kept, number, now)) this.counters.repaired += 1;
    }
  }

  /**
   * Sends about so many bytes that the receiver throws away, and tells how fast they came: its last packets again, or padding where there are
   * none. Only to one that takes retransmissions.
   */
  repeat(bytes: number, now: number): void {
    if (this.#repairType === undefined) return;
    const source = this.#waiting ? undefined : this.#source;
    let left = bytes;
    for (let age = 0; left > 0 && age < mostRepeated; age++) {
      const number = this.#lastNumber - age;
      const kept = source && this.#sentAs(number, source);
      if (kept) this.#sendAgain(kept, number, now);
      else this.#sendPadding(this.#repairType, now);
      left -= kept?.body.length ?? paddingBytes;
    }
  }

  /** The packet that was sent with that number, if it is still kept. From then on packets are written as that one was. */
  #sentAs(number: number, source: InboundStream): KeptPacket | undefined {
    if (!this.#thinning) {
      const place = number - this.#numberOffset;
      return place >= this.#from ? source.ring.get(place) : undefined;
    }
    const sent = this.#thinning.sent(number, source.ring);
    if (sent) this.#goOnWith(sent.run);
    return sent?.kept;
  }

  #sendPadding(repairType: number, now: number): void {
    const packet = Buffer.alloc((this.#options.numbers ? numberedHeaderSize : headerSize) + paddingBytes);
    const flags = { padding: true, marker: false };
    this.#write(packet, flags, repairType, this.#repairNumber++, this.#lastTimestamp, this.#options.repairSsrc);
    packet[packet.length - 1] = paddingBytes;
    this.#send(packet, now);
  }

  #sendAgain(kept: KeptPacket, number: number, now: number): boolean {
    this.#shift?.apply(kept.body);
    const hasLeft = this.#send(this.#again(kept, number), now);
    this.#shift?.undo(kept.body);
    return hasLeft;
  }

  #send(wire: Buffer, now: number): boolean {
    if (!this.#options.send(wire)) return false;
    this.#options.numbers?.path.sent(wire.length, now);
    return true;
  }

  #plain(
    redundant: Buffer | undefined,
    packet: RtpPacket,
    payloadType: number,
    number: number,
    timestamp: number,
  ): Buffer {
    const wire = redundant ?? (this.#options.numbers ? packet.numbered : packet.body);
    this.#write(wire, packet, payloadType, number, timestamp, this.ssrc);
    return wire;
  }

  /**
   * The packet with the description of its picture, in memory of its own. Undefined where it has none, or the receiver takes none.
   * @param former the number under which it was sent before
   */
  #described(
    { body, descriptor, padding, marker }: Pick<KeptPacket, 'body' | 'descriptor' | 'padding' | 'marker'>,
    payloadType: number,
    sequence: number,
    timestamp: number,
    ssrc: number,
    former?: number,
  ): Buffer | undefined {
    if (!this.#descriptors || !descriptor) return undefined;
    const { numbers } = this.#options;
    const extensions = [this.#descriptors.extension(descriptor)];
    if (numbers) extensions.push({ id: numbers.extension, data: twoBytes(numbers.path.next) });
    const header = roomWith(extensions);
    writeHeader(header, padding, marker, payloadType, sequence, timestamp, ssrc);
    markExtended(header);
    const payload = body.subarray(headerSize);
    return Buffer.concat(former === undefined ? [header, payload] : [header, twoBytes(former), payload]);
  }

  /** Writes a header before the payload in `wire`. */
  #write(
    wire: Buffer,
    { padding, marker }: Pick<KeptPacket, 'padding' | 'marker'>,
    payloadType: number,
    sequence: number,
    timestamp: number,
    ssrc: number,
  ): void {
    const { numbers } = this.#options;
    if (!numbers) {
      writeHeader(wire, padding, marker, payloadType, sequence, timestamp, ssrc);
      return;
    }
    const { extension, path } = numbers;
    writeNumberedHeader(wire, padding, marker, payloadType, sequence, timestamp, ssrc, extension, path.next);
  }

  /** The packet with a copy of the one before it, after room for its header. Undefined when that cannot be. */
  #redundant({ extended, timestamp, body, padding }: RtpPacket, source: InboundStream): Buffer | undefined {
    const former = source.ring.get(extended - 1);
    if (!former || former.padding || padding) return undefined;
    const ago = (timestamp - former.timestamp) >>> 0;
    const room = this.#options.numbers ? numberedHeaderSize : headerSize;
    return withRepeated(body, former.body, ago, this.#payloadType, room);
  }

  #again(kept: KeptPacket, number: number): Buffer {
    const timestamp = (kept.timestamp + this.#timestampOffset) >>> 0;
    const { body } = kept;
    const described =
      this.#repairType === undefined
        ? this.#described(kept, this.#payloadType, number, timestamp, this.ssrc)
        : this.#described(kept, this.#repairType, this.#repairNumber, timestamp, this.#options.repairSsrc, number);
    if (described) {
      if (this.#repairType !== undefined) this.#repairNumber += 1;
      return described;
    }
    const size = this.#options.numbers ? numberedHeaderSize : headerSize;
    if (this.#repairType === undefined) {
      const packet = this.#options.numbers ? Buffer.concat([Buffer.alloc(size - headerSize), body]) : body;
      this.#write(packet, kept, this.#payloadType, number, timestamp, this.ssrc);
      return packet;
    }
    // RFC 4588 §4: its former number goes between header and payload, so the packet is copied. Few are.
    const packet = Buffer.allocUnsafe(size + 2 + body.length - headerSize);
    const { repairSsrc } = this.#options;
    this.#write(packet, kept, this.#repairType, this.#repairNumber++, timestamp, repairSsrc);
    packet.writeUInt16BE(number & 0xffff, size);
    body.copy(packet, size + 2, headerSize);
    return packet;
  }

  /** The source's sender report with our SSRC and timestamp, for lip sync; undefined while nothing is sent. */
  senderReport(report: SenderReport, source: InboundStream, now: number): Buffer | undefined {
    if (source !== this.#source || this.#waiting || this.counters.packets === 0) return undefined;
    this.#reported = { middle: ((report.ntpHigh & 0xffff) * 0x10000 + (report.ntpLow >>> 16)) >>> 0, at: now };
    const timestamp = (report.timestamp + this.#timestampOffset) >>> 0;
    const { packets, octets } = this.counters;
    return writeSenderReport({ ...report, ssrc: this.ssrc, timestamp }, packets, octets, this.#options.cname);
  }

  /** Takes a report of the receiver about this stream. */
  received(block: ReportBlock, now: number): void {
    this.packetsLost = block.packetsLost;
    this.fractionLost = block.fractionLost / 256;
    if (block.lastReport === 0 || block.lastReport !== this.#reported?.middle) return;
    this.roundTripTime = Math.max(0, (now - this.#reported.at) / 1000 - block.delay / 65536);
  }

  /** Takes the receiver's estimate of its bandwidth, in bit/s. */
  estimated(bitrate: number, now: number): void {
    this.#estimate = { bitrate, at: now };
  }

  /** The receiver's bandwidth in bit/s; undefined without a recent estimate. */
  estimate(now: number): number | undefined {
    return this.#estimate && now - this.#estimate.at < estimateLastsMs ? this.#estimate.bitrate : undefined;
  }

  /** Remembers the last picture of the source: those of the next one follow it. */
  #leave(): void {
    const source = this.#source;
    if (!source || this.#waiting) return;
    const run = this.#thinning?.runOf(this.#lastNumber);
    if (run) this.#goOnWith(run);
    this.#thinning = undefined;
    const { extended, timestamp } = this.#lastOfSource;
    this.#left = { source, timestamp };
    const last = lastPicture(source.codec, source.ring, this.#from, extended);
    if (last) this.#former = this.#shift?.of(last) ?? last;
  }

  #follow(source: InboundStream): void {
    this.#leave();
    this.#source = source;
    this.#payloadType = this.#options.payloadTypes.get(source.codec) ?? -1;
    this.#repairType = this.#options.repairTypes.get(source.codec);
    this.#redundantType = this.#options.redundantTypes.get(source.codec);
    this.#waiting = true;
    this.#askedAt = Number.NEGATIVE_INFINITY;
  }

  /** The first source keeps its numbers. A later one continues where the one before it ended. */
  #begin(packet: RtpPacket, source: InboundStream, now: number): void {
    this.#waiting = false;
    this.#from = packet.extended;
    this.#spurts = source.spurts;
    this.#shift = PictureShift.between(this.#former, source.codec, packet.body);
    if (packet.descriptor) this.#descriptors?.begin(packet.descriptor);
    if (this.#lastNumber !== -1) {
      // From extended numbers, which never become negative.
      this.#numberOffset = this.#lastNumber + 1 - packet.extended;
      const elapsed = Math.max(1, Math.round(((now - this.#lastAt) * source.codec.clockRate) / 1000));
      this.#timestampOffset = this.#lastTimestamp + (this.#sinceLast(packet, source) ?? elapsed) - packet.timestamp;
    }
    if (!source.temporal) return;
    const most = this.#choice.most(source, this.#layers ? this.#target : source, this.#granted);
    const before = { extended: packet.extended - 1, timestamp: Number.NaN };
    if (most !== allPictures) this.#thinning = this.#newThinning(source, most, before);
  }

  /** After a time in which the source was not passed on: for the receiver it was silent, and nothing is lost. */
  #goOn(packet: RtpPacket, source: InboundStream): void {
    this.#spurts = source.spurts;
    this.#from = packet.extended;
    if (this.#lastNumber !== -1) this.#numberOffset = this.#lastNumber + 1 - packet.extended;
  }

  /**
   * Between the last picture of a layer and the first one of another, as their sender has told by its reports, in ticks. Undefined where it
   * has not, or where that cannot be.
   */
  #sinceLast(packet: RtpPacket, source: InboundStream): number | undefined {
    const before = this.#left;
    this.#left = undefined;
    if (before?.source.layers === undefined || before.source.layers !== source.layers) return undefined;
    const [last, first] = [captured(before.source, before.timestamp), captured(source, packet.timestamp)];
    if (last === undefined || first === undefined) return undefined;
    const ticks = Math.round(((first - last) * source.codec.clockRate) / 1000);
    return ticks > 0 && ticks < source.codec.clockRate * 2 ? ticks : undefined;
  }
}

function twoBytes(value: number): Buffer {
  return Buffer.from([(value >>> 8) & 0xff, value & 0xff]);
}

/** When the sender took a picture, by its own clock, in ms (RFC 3550 §6.4.1); undefined before its first report. */
function captured({ senderReport, codec }: InboundStream, timestamp: number): number | undefined {
  if (!senderReport) return undefined;
  const { ntpHigh, ntpLow } = senderReport;
  const since = (timestamp - senderReport.timestamp) | 0;
  return ntpHigh * 1000 + (ntpLow / 2 ** 32) * 1000 + (since * 1000) / codec.clockRate;
}

/** Before it is known how large they are. */
function wantedOf(count: number, { maxLayer = count - 1 }: LayerWish): number {
  return count === 0 ? 0 : 1 << Math.min(maxLayer, count - 1);
}
