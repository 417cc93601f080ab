import type { DataChannel, PeerConnection, RtcConfig, Track, default as nodeDataChannel } from 'node-datachannel';
import { guarded } from './guarded.js';
import type { LocalDescription, RemoteDescription } from '../sdp/description.js';
import { parseCandidate } from '../sdp/candidates.js';
import type { Address } from './ice/binding.js';
import { familyOf } from './local-addresses.js';
import { mediaSection } from './native-description.js';

export type Library = typeof nodeDataChannel;

/** What is told of a path. After `close` only its end is. */
export interface PathListener {
  readonly packet: (packet: Buffer) => void;
  /** As the library names them. */
  readonly stateChanged: (state: string) => void;
  readonly candidateFound: (candidate: string) => void;
  readonly gathered: () => void;
  /** Undefined when it carries no data. */
  readonly channelOpened: ((channel: DataChannel) => void) | undefined;
  /** Both objects of the library are over. Called once. */
  readonly ended: () => void;
  readonly failed: (error: unknown) => void;
}

/**
 * One connection of the library, with its one track. A transport has one, and two while the second is to replace the
 * first.
 */
export class NativePath {
  readonly connection: PeerConnection;
  /** As the library told it last. */
  state = 'new';
  /** Of one that has answered. */
  agreed: { readonly local: LocalDescription; readonly remote: RemoteDescription } | undefined;
  #at: Address | undefined;
  readonly #track: Track;
  readonly #listener: PathListener;
  #closed = false;

  constructor(library: Library, configuration: RtcConfig, listener: PathListener) {
    this.#listener = listener;
    this.connection = new library.PeerConnection('endpoint', configuration);
    this.#listen(listener);
    const media = new library.Video(mediaSection.mid, 'SendRecv');
    media.addVP8Codec(mediaSection.payloadType);
    this.#track = this.connection.addTrack(media);
    this.#track.onMessage(
      this.#guarded((packet: Buffer) => {
        listener.packet(packet);
      }),
    );
    this.#awaitEnd();
  }

  /** Where the library listens. Undefined before it has said so. */
  get at(): Address | undefined {
    return this.#at;
  }

  /** @throws Error when SRTP or the library refuses the packet */
  send(packet: Buffer): boolean {
    return this.#track.sendMessageBinary(packet);
  }

  /** May be called again. @throws Error of the library */
  close(): void {
    this.#closed = true;
    this.#track.close();
    this.connection.close();
  }

  /**
   * The library removes an object from its list of live ones when the callback of its end runs. If there is no
   * callback, or if the object was collected before, `cleanup` uses freed memory and aborts the process.
   */
  #awaitEnd(): void {
    let living = 2;
    const ended = (): void => {
      living -= 1;
      if (living === 0) this.#listener.ended();
    };
    const failed = (error: unknown): void => {
      this.#listener.failed(error);
    };
    this.#track.onClosed(guarded(failed, ended));
    this.connection.onStateChange(
      guarded(failed, (state: string) => {
        this.state = state;
        if (!this.#closed) this.#listener.stateChanged(state);
        if (state === 'closed') ended();
      }),
    );
  }

  /**
   * As few callbacks as possible: each is a handle that Node checks whenever any of them is called. Seven for each of
   * 150 endpoints took a tenth of the engine's time. So there is none for ICE: its state is told some ms later, with
   * DTLS.
   */
  #listen({ candidateFound, gathered, channelOpened }: PathListener): void {
    this.connection.onLocalCandidate(
      this.#guarded((candidate: string) => {
        this.#found(candidate);
        candidateFound(candidate);
      }),
    );
    if (channelOpened) this.connection.onDataChannel(this.#guarded(channelOpened));
    this.connection.onGatheringStateChange(
      this.#guarded((state: string) => {
        if (state === 'complete') afterOthers(this.#guarded(gathered));
      }),
    );
  }

  #found(text: string): void {
    const candidate = parseCandidate(text);
    if (candidate?.type !== 'host') return;
    const { address, port } = candidate;
    if (!this.#at || (familyOf(this.#at.address) === 'ipv6' && familyOf(address) === 'ipv4'))
      this.#at = { address, port };
  }

  /** For callbacks that are ignored after the path was closed. */
  #guarded<A extends readonly unknown[]>(callback: (...args: A) => void): (...args: A) => void {
    return guarded(
      (error) => {
        this.#listener.failed(error);
      },
      (...args: A) => {
        if (!this.#closed) callback(...args);
      },
    );
  }
}

/**
 * Each callback of the library is a handle of its own, and Node may look at the later one first when the library calls two. What was called
 * before then runs in the next round of the event loop: a candidate would come after the end of all candidates.
 */
function afterOthers(run: () => void): void {
  setImmediate(() => {
    setImmediate(run);
  });
}
