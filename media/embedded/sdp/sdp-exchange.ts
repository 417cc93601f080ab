import type { AgreedData, AgreedSection, Agreement, SourceCodecs } from './agreement.js';
import type { LocalDescription, RemoteDescription, SentStreams } from './description.js';
import { negotiate } from './negotiation.js';
import type { Proposal } from './proposal.js';
import { propose } from './proposal.js';
import { InvalidSdp, parseSdp } from './sdp-reader.js';
import { withCandidates, writeDescription } from './sdp-writer.js';

/** The transport as far as descriptions are concerned. A call that throws changes nothing: it may be repeated. */
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

/** The two sides have nothing in common that could be served. */
export class NothingServed extends Error {
  override readonly name = 'NothingServed';
}

/** A step that does not fit what was done before. */
export class OutOfTurn extends Error {
  override readonly name = 'OutOfTurn';

  constructor(
    readonly reason: 'already-negotiated' | 'nothing-offered' | 'already-answered',
    message: string,
  ) {
    super(message);
  }
}

/**
 * Offer and answer of one endpoint. There is one negotiation and never a second
 * (docs/protocols/kurento-media.md#72-negotiation). What the transport throws passes through. Messages of errors are
 * those of a Kurento Media Server, where it has one.
 */
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

  /** `candidates`: those found until now, which the text then contains. */
  localSdp(candidates: readonly string[]): string | undefined {
    return this.#localSdp === undefined ? undefined : withCandidates(this.#localSdp, candidates);
  }

  /** Takes an offer; the answer has no candidates. @throws InvalidSdp, NothingServed or OutOfTurn */
  processOffer(text: string, sources: SourceCodecs): { readonly answer: string; readonly agreement: Agreement } {
    this.#onlyOnce();
    if (text === '') throw new InvalidSdp('empty', 'Empty offer not valid');
    const { dataChannels, sent, transport } = this.#options;
    const agreement = negotiate(parseSdp(text), sources, dataChannels);
    if (!agreement) throw new NothingServed('Nothing in the offer can be served');
    const local = transport.answer(agreement.remote, agreement.data);
    const answer = writeDescription(agreement.sections, local, sent);
    this.#agreement = agreement;
    this.#remoteSdp = text;
    this.#localSdp = answer;
    return { answer, agreement };
  }

  /** Writes an offer, without candidates. @throws NothingServed or OutOfTurn */
  generateOffer(wanted: Omit<Proposal, 'data'>): string {
    this.#onlyOnce();
    const { dataChannels, sent, transport } = this.#options;
    const sections = propose({ ...wanted, data: dataChannels });
    if (sections.length === 0) throw new NothingServed('There is nothing to offer');
    const offer = writeDescription(sections, transport.offer(dataChannels), sent);
    this.#offered = sections;
    this.#localSdp = offer;
    return offer;
  }

  /** Takes the answer to the offer. @throws InvalidSdp, NothingServed or OutOfTurn */
  processAnswer(text: string): Agreement {
    if (!this.#offered) {
      throw new OutOfTurn('nothing-offered', 'Offer not generated. It is not possible to process an answer.');
    }
    if (this.#agreement) throw new OutOfTurn('already-answered', 'Sdp Answer already processed');
    if (text === '') throw new InvalidSdp('empty', 'Empty answer not valid');
    const answer = parseSdp(text);
    const offered = this.#offered;
    const fits = answer.sections.every(({ media }, index) => media === offered[index]?.offered.media);
    const agreement = fits
      ? negotiate(answer, { audio: undefined, video: undefined }, this.#options.dataChannels, 'theirs')
      : undefined;
    if (!agreement) throw new NothingServed('Nothing in the answer fits the offer');
    this.#options.transport.accept(agreement.remote, agreement.data);
    this.#agreement = agreement;
    this.#remoteSdp = text;
    return agreement;
  }

  #onlyOnce(): void {
    if (this.#localSdp !== undefined) throw new OutOfTurn('already-negotiated', 'Endpoint already negotiated');
  }
}
