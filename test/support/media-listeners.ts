import type {
  EndpointListener,
  IceCandidate,
  MediaFailure,
  PipelineListener,
  RecorderListener,
  SpeakerLevel,
} from '../../media/port.js';

/** Records the events of a pipeline. */
export class PipelineEvents implements PipelineListener {
  readonly failures: MediaFailure[] = [];
  readonly losses: MediaFailure[] = [];
  /** How often its record has changed. */
  changes = 0;
  /** Those that spoke last. */
  speakers: readonly SpeakerLevel[] = [];

  failed(failure: MediaFailure): void {
    this.failures.push(failure);
  }

  mediaLost(failure: MediaFailure): void {
    this.losses.push(failure);
  }

  recordChanged(): void {
    this.changes += 1;
  }

  speakersChanged(speakers: readonly SpeakerLevel[]): void {
    this.speakers = speakers;
  }
}

/** Records the events of an endpoint. */
export class EndpointEvents implements EndpointListener {
  readonly candidates: IceCandidate[] = [];
  readonly failures: MediaFailure[] = [];
  readonly losses: MediaFailure[] = [];
  /** Passes candidates on, including those found so far. */
  sink: ((candidate: IceCandidate) => void) | undefined;
  /** Called when it is lost. */
  lost: (() => void) | undefined;

  candidateFound(candidate: IceCandidate): void {
    this.candidates.push(candidate);
    this.sink?.(candidate);
  }

  failed(failure: MediaFailure): void {
    this.failures.push(failure);
  }

  mediaLost(failure: MediaFailure): void {
    this.losses.push(failure);
    this.lost?.();
  }
}

/** Records the events of a recorder, in their order. */
export class RecorderEvents implements RecorderListener {
  readonly all: string[] = [];
  readonly losses: MediaFailure[] = [];
  /** How long ago its first frame was, in ms, when it was told. */
  startedAgo: number | undefined;

  started(agoMs: number): void {
    this.startedAgo = agoMs;
    this.all.push('started');
  }

  failed(_failure: MediaFailure, reason: Parameters<RecorderListener['failed']>[1]): void {
    this.all.push(`failed: ${reason}`);
  }

  mediaLost(failure: MediaFailure): void {
    this.losses.push(failure);
    this.all.push('lost');
  }
}
