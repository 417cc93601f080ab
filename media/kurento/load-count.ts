/** The pipelines and endpoints of one media server, each counted from the moment it is asked for until it is over. */
export class LoadCount {
  #pipelines = 0;
  #endpoints = 0;

  get pipelines(): number {
    return this.#pipelines;
  }

  get endpoints(): number {
    return this.#endpoints;
  }

  /** Counts one more. The returned function takes it back; it may be called again, without effect. */
  addPipeline(): () => void {
    this.#pipelines += 1;
    return once(() => (this.#pipelines -= 1));
  }

  /** As `addPipeline`. */
  addEndpoint(): () => void {
    this.#endpoints += 1;
    return once(() => (this.#endpoints -= 1));
  }
}

function once(act: () => void): () => void {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    act();
  };
}
