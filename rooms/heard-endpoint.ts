import type { EndpointListener } from '../media/port.js';

/** What an endpoint may tell while another one takes its place: more than one that is heard ever tells in that time. */
const mostHeld = 256;

/** What is told of an endpoint, of which there may be two: the present one, and one that is to take its place. */
export class HeardEndpoint {
  /** For the media engine. */
  readonly listener: EndpointListener;
  #tellsCandidates = true;
  #isOver = false;
  /** What is told later, if it is told at all. Undefined: everything is told at once. */
  #held: (() => void)[] | undefined;

  /** @param isHeld whether nothing is told before `tell` */
  constructor(listener: EndpointListener, isHeld = false) {
    if (isHeld) this.#held = [];
    this.listener = {
      candidateFound: (candidate) => {
        this.#candidateTold(() => {
          listener.candidateFound(candidate);
        });
      },
      failed: (failure) => {
        this.#told(() => {
          listener.failed(failure);
        });
      },
      mediaLost: (failure) => {
        this.#told(() => {
          listener.mediaLost(failure);
        });
      },
      ...(listener.candidatesDone && {
        candidatesDone: () => {
          this.#candidateTold(() => listener.candidatesDone?.());
        },
      }),
      ...(listener.connectionChanged && {
        connectionChanged: (connected) => {
          this.#told(() => listener.connectionChanged?.(connected));
        },
      }),
      ...(listener.connectionFailed && {
        connectionFailed: (tried) => {
          this.#told(() => listener.connectionFailed?.(tried));
        },
      }),
      ...(listener.mediaChanged && {
        mediaChanged: (isFlowing) => {
          this.#told(() => listener.mediaChanged?.(isFlowing));
        },
      }),
      ...(listener.layersWanted && {
        layersWanted: (layers) => {
          this.#told(() => listener.layersWanted?.(layers));
        },
      }),
    };
  }

  /** The client has made another offer: candidates for the former one are of no use, and would be taken for the other. */
  leaving(): void {
    this.#tellsCandidates = false;
  }

  /** Another one has taken its place, perhaps for good: what happens is told if it gets its place back. */
  hold(): void {
    this.#held ??= [];
  }

  /** It is the present one. @param tellsCandidates false: the client has made yet another offer */
  tell(tellsCandidates: boolean): void {
    this.#tellsCandidates = tellsCandidates;
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const run of held) run();
  }

  /** Nothing more is told. */
  end(): void {
    this.#isOver = true;
    this.#held = undefined;
  }

  #candidateTold(run: () => void): void {
    if (!this.#tellsCandidates) return;
    this.#told(() => {
      if (this.#tellsCandidates) run();
    });
  }

  #told(run: () => void): void {
    if (this.#isOver) return;
    if (!this.#held) run();
    else if (this.#held.length < mostHeld) this.#held.push(run);
  }
}
