import type { RtpKind } from '../codecs/codec.js';
import type { Agreement, SourceCodecs } from '../sdp/agreement.js';
import type { SentStreams } from '../sdp/description.js';
import type { Direction } from '../sdp/direction.js';
import { NothingServed, OutOfTurn, SdpExchange } from '../sdp/sdp-exchange.js';
import { InvalidSdp } from '../sdp/sdp-reader.js';
import { NoCapacity } from '../transport/transport.js';
import type { EndpointSettings } from './endpoint-settings.js';
import type { EndpointTransports } from './endpoint-transports.js';
import { TransportRefused } from './endpoint-transports.js';
import type { KurentoCode } from './kurento-error.js';
import { KurentoError } from './kurento-error.js';
import type { LocalCandidates } from './local-candidates.js';

export interface EndpointNegotiationOptions {
  readonly sent: SentStreams;
  readonly dataChannels: boolean;
  /** The direction of media in our offer. In an answer the other side decides. */
  readonly direction: Direction;
  readonly settings: EndpointSettings;
  readonly transports: EndpointTransports;
  readonly candidates: LocalCandidates;
  readonly sources: () => SourceCodecs;
  /** Both sides are described. Called once, before the answer is given to the client. */
  readonly agreed: (agreement: Agreement) => void;
}

/** The negotiation of one endpoint in Kurento's terms (docs/protocols/kurento-media.md#72-negotiation). */
export class EndpointNegotiation {
  readonly #options: EndpointNegotiationOptions;
  readonly #exchange: SdpExchange;

  constructor(options: EndpointNegotiationOptions) {
    this.#options = options;
    this.#exchange = new SdpExchange(options);
  }

  /** Takes the offer, returns the answer. @throws KurentoError 40009, 40201, 40205 or 40208 */
  processOffer(text: string): string {
    const { sources } = this.#options;
    const { answer, agreement } = withKurentoCodes(40205, () => this.#exchange.processOffer(text, sources()));
    this.#begin(agreement);
    return answer;
  }

  /**
   * Takes an offer for the same media over other paths, returns the answer. A Kurento Media Server has no such
   * operation. Candidates have to be asked for again. @throws KurentoError 40009, 40201, 40203 or 40205
   */
  processRestartOffer(text: string): string {
    const { candidates, transports } = this.#options;
    const { answer, agreement } = withKurentoCodes(40205, () => this.#exchange.restart(text));
    candidates.restart();
    transports.begin(agreement);
    return answer;
  }

  /** @throws KurentoError 40204 or 40208 */
  generateOffer(kinds: readonly RtpKind[]): string {
    const { candidates, direction, settings, sources } = this.#options;
    const limits = { audio: settings.maxAudioRecvBandwidth, video: settings.maxVideoRecvBandwidth };
    const offer = withKurentoCodes(40204, () =>
      this.#exchange.generateOffer({ kinds, direction, sources: sources(), limits }),
    );
    candidates.serve(this.#exchange.sections);
    return offer;
  }

  /** Takes the answer, returns the offer once more. @throws KurentoError 40201, 40206, 40209 or 40210 */
  processAnswer(text: string): string {
    this.#begin(withKurentoCodes(40206, () => this.#exchange.processAnswer(text)));
    return this.localSdp ?? '';
  }

  /** Before the other side is described, every section may come to exist. @throws KurentoError 40401 when there is none */
  requireSection(mid: string, index: number): void {
    const { remoteSdp } = this;
    if (remoteSdp === undefined) return;
    const [, ...sections] = remoteSdp.split(/^m=/m);
    const mids = sections.flatMap((section) => /^a=mid:(\S+)/m.exec(section)?.[1] ?? []);
    const isKnown = mid === '' || mids.length === 0 || mids.includes(mid);
    if (!sections[index] || !isKnown) throw new KurentoError(40401, 'Error adding candidate');
  }

  /** Contains the candidates found until now. */
  get localSdp(): string | undefined {
    return this.#exchange.localSdp((transport) => this.#options.candidates.of(transport));
  }

  get remoteSdp(): string | undefined {
    return this.#exchange.remoteSdp;
  }

  #begin(agreement: Agreement): void {
    const { agreed, candidates, transports } = this.#options;
    candidates.serve(agreement.sections);
    agreed(agreement);
    transports.begin(agreement);
  }
}

const codeOfTurn = {
  'already-negotiated': 40208,
  'nothing-offered': 40209,
  'already-answered': 40210,
  'not-negotiated': 40203,
} as const satisfies Record<OutOfTurn['reason'], KurentoCode>;

/**
 * Runs one step and gives its failures the codes of a Kurento Media Server
 * (docs/protocols/kurento-media.md#11-error-codes). A defect of ours passes through.
 * @param refused The code of this step for a description that is valid and cannot be served.
 * @throws KurentoError
 */
function withKurentoCodes<T>(refused: 40204 | 40205 | 40206, step: () => T): T {
  try {
    return step();
  } catch (error) {
    if (error instanceof InvalidSdp) throw new KurentoError(40201, error.message, { cause: error });
    if (error instanceof NoCapacity) throw new KurentoError(40009, error.message, { cause: error });
    if (error instanceof OutOfTurn) throw new KurentoError(codeOfTurn[error.reason], error.message, { cause: error });
    if (error instanceof NothingServed || error instanceof TransportRefused) {
      throw new KurentoError(refused, error.message, { cause: error });
    }
    throw error;
  }
}
