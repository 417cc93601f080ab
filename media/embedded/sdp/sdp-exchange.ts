import type { AgreedSection, AgreedTransport, Agreement, SourceCodecs } from './agreement.js';
import type { LocalDescription, SentStreams } from './description.js';
import { negotiate } from './negotiation.js';
import type { Proposal } from './proposal.js';
import { propose } from './proposal.js';
import { InvalidSdp, parseSdp } from './sdp-reader.js';
import { withCandidates, writeDescription } from './sdp-writer.js';

/** The transports as far as descriptions are concerned. A call that throws changes nothing: it may be repeated. */
export interface Reachable {
  /** Opens as many as there are. Returns our side of each, in their order. */
  answer(transports: readonly AgreedTransport[]): LocalDescription[];
  /** Opens one. */
  offer(data: boolean): LocalDescription;
  /** Finds other paths for transports that there are. */
  restart(transports: readonly AgreedTransport[]): LocalDescription[];
  /** Takes the answer of the other side to the one of our offer. */
  accept(transport: AgreedTransport): void;
}

export interface SdpExchangeOptions {
  readonly sent: SentStreams;
  readonly dataChannels: boolean;
  readonly transports: Reachable;
}

/** The two sides have nothing in common that could be served. */
export class NothingServed extends Error {
  override readonly name = 'NothingServed';
}

/** A step that does not fit what was done before. */
export class OutOfTurn extends Error {
  override readonly name = 'OutOfTurn';

  constructor(
    readonly reason: 'already-negotiated' | 'nothing-offered' | 'already-answered' | 'not-negotiated',
    message: string,
  ) {
    super(message);
  }
}

/**
 * Offer and answer of one endpoint. There is one negotiation and never a second about media
 * (docs/protocols/kurento-media.md#72-negotiation): a later offer may change the paths alone. What the transport throws
 * passes through. Messages of errors are those of a Kurento Media Server, where it has one.
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

  /** The sections that are offered or agreed, those refused too. */
  get sections(): readonly AgreedSection[] {
    return this.#agreement?.sections ?? this.#offered ?? [];
  }

  /** `candidatesOf`: those of one transport found until now, which the text then contains. */
  localSdp(candidatesOf: (transport: number) => readonly string[]): string | undefined {
    if (this.#localSdp === undefined) return undefined;
    return withCandidates(this.#localSdp, (index) => candidatesOf(this.sections[index]?.transport ?? -1));
  }

  /** Takes an offer; the answer has no candidates. @throws InvalidSdp, NothingServed or OutOfTurn */
  processOffer(text: string, sources: SourceCodecs): { readonly answer: string; readonly agreement: Agreement } {
    this.#onlyOnce();
    if (text === '') throw new InvalidSdp('empty', 'Empty offer not valid');
    const { dataChannels, sent, transports } = this.#options;
    const agreement = negotiate(parseSdp(text), sources, dataChannels);
    if (!agreement) throw new NothingServed('Nothing in the offer can be served');
    const locals = transports.answer(agreement.transports);
    const answer = writeDescription(agreement.sections, locals, sent);
    this.#agreement = agreement;
    this.#remoteSdp = text;
    this.#localSdp = answer;
    return { answer, agreement };
  }

  /**
   * Takes an offer for the same media over other paths (an ICE restart), from a client whose network has changed.
   * @throws InvalidSdp, NothingServed or OutOfTurn
   */
  restart(text: string): { readonly answer: string; readonly agreement: Agreement } {
    const { dataChannels, sent, transports } = this.#options;
    const former = this.#agreement;
    if (!former) throw new OutOfTurn('not-negotiated', 'There is nothing that can be restarted');
    const next = negotiate(parseSdp(text), codecsOf(former), dataChannels);
    if (!next || !isForTheSame(former, next)) throw new NothingServed('The offer is not for the same media');
    const locals = transports.restart(next.transports);
    const agreement = { sections: former.sections, transports: next.transports };
    const answer = writeDescription(agreement.sections, locals, sent);
    this.#agreement = agreement;
    this.#remoteSdp = text;
    this.#localSdp = answer;
    return { answer, agreement };
  }

  /** Writes an offer, without candidates. @throws NothingServed or OutOfTurn */
  generateOffer(wanted: Omit<Proposal, 'data'>): string {
    this.#onlyOnce();
    const { dataChannels, sent, transports } = this.#options;
    const sections = propose({ ...wanted, data: dataChannels });
    if (sections.length === 0) throw new NothingServed('There is nothing to offer');
    const offer = writeDescription(sections, [transports.offer(dataChannels)], sent);
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
    const [transport] = agreement?.transports ?? [];
    if (!agreement || !transport) throw new NothingServed('Nothing in the answer fits the offer');
    this.#options.transports.accept(transport);
    this.#agreement = agreement;
    this.#remoteSdp = text;
    return agreement;
  }

  #onlyOnce(): void {
    if (this.#localSdp !== undefined) throw new OutOfTurn('already-negotiated', 'Endpoint already negotiated');
  }
}

/** The first codec of each kind, which is then chosen again. */
function codecsOf({ sections }: Agreement): SourceCodecs {
  const [audio, video] = (['audio', 'video'] as const).map(
    (kind) => sections.find(({ media }) => media?.kind === kind)?.media?.codecs[0],
  );
  return { audio: audio?.codec, video: video?.codec, videoParameters: video?.parameters };
}

/** Section by section: what is served, which way, with which numbers. The order of codecs may be another one. */
function isForTheSame(former: Agreement, next: Agreement): boolean {
  const [before, after] = [former, next].map(({ sections }) =>
    sections.map(({ offered, media, transport }) => [
      offered.mid,
      offered.media,
      transport,
      media?.direction,
      media?.transportExtension,
      media?.levelExtension,
      media?.sentExtension,
      media?.simulcast,
      media?.descriptor,
      media?.codecs.map(({ payloadType, codec }) => `${payloadType} ${codec.name}`).sort(),
    ]),
  );
  return JSON.stringify(before) === JSON.stringify(after);
}
