import type { EndpointListener, IceCandidate, MediaFailure, PipelineListener } from '../../media/port.js';

/** What a pipeline told. */
export class PipelineEvents implements PipelineListener {
  readonly failures: MediaFailure[] = [];
  readonly losses: MediaFailure[] = [];

  failed(failure: MediaFailure): void {
    this.failures.push(failure);
  }

  mediaLost(failure: MediaFailure): void {
    this.losses.push(failure);
  }
}

/** What an endpoint told. */
export class EndpointEvents implements EndpointListener {
  readonly candidates: IceCandidate[] = [];
  readonly failures: MediaFailure[] = [];
  /** Candidates go there, those found so far included. */
  sink: ((candidate: IceCandidate) => void) | undefined;

  candidateFound(candidate: IceCandidate): void {
    this.candidates.push(candidate);
    this.sink?.(candidate);
  }

  failed(failure: MediaFailure): void {
    this.failures.push(failure);
  }
}
