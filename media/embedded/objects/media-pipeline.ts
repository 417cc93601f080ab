import { thrown } from '../log.js';
import { ActiveSpeakers } from '../rtp/active-speakers.js';
import { Receivers } from '../rtp/bandwidth/receivers.js';
import { LoudestStreams } from '../rtp/loudest-streams.js';
import type { Loudness } from '../rtp/loudness.js';
import type { ObjectClass, ObjectContext } from './media-object.js';
import { MediaObject, mediaObjectOperations } from './media-object.js';
import type { Operations } from './operations.js';
import { operation, perform, property } from './operations.js';
import { count, flag, text } from './parameters.js';

/** Parent of elements that can be connected with each other. */
export class MediaPipeline extends MediaObject {
  readonly class = pipelineClass;
  /** Clients that receive media of it over several endpoints. */
  readonly receivers = new Receivers();
  /** Those whose audio receivers get. */
  readonly loudest = new LoudestStreams(this.context.speechLimit);
  latencyStats = false;
  /** Undefined before one of its elements has audio whose sender says how loud it is. */
  #speakers: ActiveSpeakers | undefined;
  readonly #beat = (now: number): void => {
    const changed = this.#speakers?.tick(now);
    if (!changed) return;
    const speakers = changed.map(({ id, level }) => ({ endpoint: id, level }));
    this.raise('ActiveSpeakersChanged', { speakers });
  };

  constructor(context: ObjectContext) {
    super(pipelineClass.type, undefined, context);
  }

  invoke(name: string, params: unknown): unknown {
    return perform(operations, this, name, params);
  }

  /** Begins to look whether an element of it speaks. The levels of its packets are to be told to what this returns. */
  listenTo(element: string): Loudness {
    if (!this.#speakers) {
      const { log, pulse, speechLimit } = this.context;
      this.#speakers = new ActiveSpeakers(speechLimit);
      pulse.add(this.#beat, (error) => {
        log.error('the speakers of a pipeline cannot be told', { pipeline: this.id, ...thrown(error) });
        pulse.remove(this.#beat);
      });
    }
    return this.#speakers.add(element);
  }

  /** The element has ended. */
  listenNoMore(element: string): void {
    this.#speakers?.remove(element);
  }

  override release(): void {
    this.context.pulse.remove(this.#beat);
    super.release();
  }
}

const pipelineClass: ObjectClass = {
  type: 'MediaPipeline',
  hierarchy: ['MediaObject'],
  // No Kurento Media Server has the second one.
  events: new Set(['Error', 'ActiveSpeakersChanged']),
};

const operations: Operations<MediaPipeline> = {
  ...mediaObjectOperations,
  ...property(
    'latencyStats',
    flag,
    (self: MediaPipeline) => self.latencyStats,
    (self, value) => {
      self.latencyStats = value;
    },
  ),
  // No Kurento Media Server has it: it does not know how loud anything is.
  ...property(
    'audioLastN',
    count,
    (self: MediaPipeline) => self.loudest.limit,
    (self, value) => {
      self.loudest.limit = value;
    },
  ),
  getGstreamerDot: operation({ details: text.optional() }, () => 'digraph {}'),
  dumpGstreamerDot: operation({ details: text.optional() }, () => null),
};
