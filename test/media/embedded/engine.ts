import { JsonLog } from '../../../media/embedded/log.js';
import { ObjectServer } from '../../../media/embedded/object-server.js';
import { MediaPipeline } from '../../../media/embedded/objects/media-pipeline.js';
import type { RtcpPacket } from '../../../media/embedded/rtp/rtcp.js';
import { parseRtcp } from '../../../media/embedded/rtp/rtcp.js';
import { Pulse } from '../../../media/embedded/objects/pulse.js';
import type { RecordingsOptions } from '../../../media/embedded/recorder/recordings.js';
import { Recordings } from '../../../media/embedded/recorder/recordings.js';
import { WebRtcEndpoint } from '../../../media/embedded/objects/webrtc-endpoint.js';
import type { FakeTransport } from './fake-transports.js';
import { FakeTransports } from './fake-transports.js';
import type { OfferOptions } from './offers.js';
import { browserOffer } from './offers.js';
import type { ReadRtp, RtpFields } from '../../support/rtp.js';
import { readRtp, rtp } from '../../support/rtp.js';

/** One end of a call: an endpoint of the engine and what its browser would see. */
export class Peer {
  readonly endpoint: WebRtcEndpoint;
  readonly transport: FakeTransport;
  answer = '';

  constructor(endpoint: WebRtcEndpoint, transport: FakeTransport) {
    this.endpoint = endpoint;
    this.transport = transport;
  }

  negotiate(options: OfferOptions): this {
    this.answer = this.endpoint.negotiation.processOffer(browserOffer(options));
    return this;
  }

  connect(): this {
    for (const state of ['checking', 'reachable', 'connected'] as const) this.transport.become(state);
    return this;
  }

  sends(fields: RtpFields): void {
    this.transport.listener.rtp(rtp(fields));
  }

  sendsRtcp(bytes: Buffer): void {
    this.transport.listener.rtcp(bytes);
  }

  /** What arrived since the last time this was asked. */
  received(payloadType?: number): ReadRtp[] {
    return this.transport.rtp
      .splice(0)
      .map(readRtp)
      .filter((packet) => payloadType === undefined || packet.payloadType === payloadType);
  }

  receivedRtcp<T extends RtcpPacket['type']>(type: T): Extract<RtcpPacket, { type: T }>[] {
    return this.transport.rtcp
      .splice(0)
      .flatMap((bytes) => parseRtcp(bytes))
      .filter((packet): packet is Extract<RtcpPacket, { type: T }> => packet.type === type);
  }

  /** The SSRC the answer announces for one kind. */
  announcedSsrc(media: 'audio' | 'video'): number {
    const section = this.answer.split('m=').find((part) => part.startsWith(media)) ?? '';
    return Number(/a=ssrc:(\d+) cname/.exec(section)?.[1]);
  }
}

/** The engine without its process, on transports that keep what is sent; time stands still unless the test moves it. */
export class TestEngine {
  readonly transports = new FakeTransports();
  readonly log: string[] = [];
  readonly pulse: Pulse;
  readonly server: ObjectServer;
  readonly pipeline: MediaPipeline;
  now = 1000;
  /** Whether a defect is part of the test. Otherwise it ends the test. */
  mayFail = false;

  /** `recordings`: the directory for them. */
  constructor(recordings?: string, recordingOptions: Omit<RecordingsOptions, 'directory'> = {}) {
    this.pulse = new Pulse(() => this.now);
    this.server = new ObjectServer({
      transports: this.transports,
      log: new JsonLog('debug', (line) => {
        this.log.push(line);
        if (line.includes('"level":"error"') && !this.mayFail) throw new Error(line);
      }),
      pulse: this.pulse,
      gcPeriodMs: 1000,
      recordings: new Recordings({ directory: recordings, ...recordingOptions }),
    });
    const pipeline = this.server.create('MediaPipeline', undefined);
    if (!(pipeline instanceof MediaPipeline)) throw new Error('no pipeline');
    this.pipeline = pipeline;
  }

  peer(): Peer {
    const endpoint = this.server.create('WebRtcEndpoint', { mediaPipeline: this.pipeline.id });
    const transport = this.transports.all.at(-1);
    if (!(endpoint instanceof WebRtcEndpoint) || !transport) throw new Error('no endpoint');
    return new Peer(endpoint, transport);
  }

  publisher(options: OfferOptions = {}): Peer {
    return this.peer()
      .negotiate({ direction: 'sendonly', ...options })
      .connect();
  }

  subscriber(source: Peer, options: OfferOptions = {}): Peer {
    const peer = this.peer();
    for (const type of ['AUDIO', 'VIDEO'] as const) source.endpoint.connect(peer.endpoint, type);
    return peer.negotiate({ direction: 'recvonly', ...options }).connect();
  }

  /** Lets time pass, with the beats that fall into it. */
  pass(ms: number): void {
    for (const end = this.now + ms; this.now < end;) {
      this.now = Math.min(end, this.now + 50);
      this.pulse.beat();
    }
  }
}
