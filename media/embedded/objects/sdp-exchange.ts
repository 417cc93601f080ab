import { KurentoError } from '../protocol/errors.js';
import type { Offer } from '../sdp/sdp.js';
import { InvalidSdp, parseOffer } from '../sdp/sdp.js';
import type { SentStreams } from '../sdp/sdp-writer.js';
import { withCandidates, writeDescription } from '../sdp/sdp-writer.js';
import type { LocalDescription } from '../transport/transport.js';
import type { AgreedData, AgreedSection, Agreement, RemoteDescription, SourceCodecs } from './negotiation.js';
import { negotiate } from './negotiation.js';
import type { Proposal } from './proposal.js';
import { propose } from './proposal.js';

/** The transport as far as descriptions are concerned. What it throws leaves nothing behind. */
export interface Reachable {
  answer(remote: RemoteDescription, data: AgreedData | undefined): LocalDescription;
  offer(data: boolean): LocalDescription;
  accept(remote: RemoteDescription, data: AgreedData | undefined): void;
}

export interface SdpExchangeOptions {
  readonly sent: SentStreams;
  readonly dataChannels: boolean;
  readonly transport: Reachable;
}

/** Offer and answer of one endpoint, once: there is no second negotiation (Kurento media protocol §7.2). */
export class SdpExchange {
  readonly #options: SdpExchangeOptions;
  #offered: readonly AgreedSection[] | undefined;
  #agreement: Agreement | undefined;
  #localSdp: string | undefined;
  #remoteSdp: string | undefined;

  constructor(options: SdpExchangeOptions) {
    this.#options = options;
  }

  get remoteSdp(): string | undefined {
    return this.#remoteSdp;
  }

  /** The sections that are offered or agreed. */
  get served(): readonly AgreedSection['offered'][] {
    const sections = this.#agreement?.sections ?? this.#offered ?? [];
    return sections.flatMap(({ media, data, offered }) => ((media ?? data) ? offered : []));
  }

  /** With the candidates known by now. */
  localSdp(candidates: readonly string[]): string | undefined {
    return this.#localSdp === undefined ? undefined : withCandidates(this.#localSdp, candidates);
  }

  /** Takes an offer; the answer has no candidates. @throws KurentoError 40201, 40205, 40208 */
  processOffer(text: string, sources: SourceCodecs): { readonly answer: string; readonly agreement: Agreement } {
    this.#onlyOnce();
    if (text === '') throw new KurentoError(40201, 'Empty offer not valid');
    const { dataChannels, sent, transport } = this.#options;
    const agreement = negotiate(read(text), sources, dataChannels);
    if (!agreement) throw new KurentoError(40205, 'Nothing in the offer can be served');
    const local = transport.answer(agreement.remote, agreement.data);
    const answer = writeDescription(agreement.sections, local, sent);
    this.#agreement = agreement;
    this.#remoteSdp = text;
    this.#localSdp = answer;
    return { answer, agreement };
  }

  /** Writes an offer, without candidates. @throws KurentoError 40204, 40208 */
  generateOffer(wanted: Omit<Proposal, 'data'>): string {
    this.#onlyOnce();
    const { dataChannels, sent, transport } = this.#options;
    const sections = propose({ ...wanted, data: dataChannels });
    if (sections.length === 0) throw new KurentoError(40204, 'There is nothing to offer');
    const offer = writeDescription(sections, transport.offer(dataChannels), sent);
    this.#offered = sections;
    this.#localSdp = offer;
    return offer;
  }

  /** Takes the answer to the offer. @throws KurentoError 40201, 40206, 40209, 40210 */
  processAnswer(text: string): Agreement {
    if (!this.#offered) throw new KurentoError(40209, 'Offer not generated. Please call generateOffer first');
    if (this.#agreement) throw new KurentoError(40210, 'Sdp Answer already processed');
    if (text === '') throw new KurentoError(40201, 'Empty answer not valid');
    const answer = read(text);
    const offered = this.#offered;
    const fits = answer.sections.every(({ media }, index) => media === offered[index]?.offered.media);
    const agreement = fits
      ? negotiate(answer, { audio: undefined, video: undefined }, this.#options.dataChannels, 'theirs')
      : undefined;
    if (!agreement) throw new KurentoError(40206, 'Nothing in the answer fits the offer');
    try {
      this.#options.transport.accept(agreement.remote, agreement.data);
    } catch (error) {
      throw new KurentoError(40206, 'The answer cannot be processed', { cause: error });
    }
    this.#agreement = agreement;
    this.#remoteSdp = text;
    return agreement;
  }

  #onlyOnce(): void {
    if (this.#localSdp !== undefined) throw new KurentoError(40208, 'Endpoint already negotiated');
  }
}

function read(text: string): Offer {
  try {
    return parseOffer(text);
  } catch (error) {
    if (error instanceof InvalidSdp) throw new KurentoError(40201, 'Invalid SDP', { cause: error });
    throw error;
  }
}
