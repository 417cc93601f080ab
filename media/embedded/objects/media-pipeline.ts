import type { ObjectClass, ObjectContext } from './media-object.js';
import { MediaObject, mediaObjectOperations } from './media-object.js';
import type { Operations } from './operations.js';
import { operation, perform, property } from './operations.js';
import { flag, text } from './parameters.js';

/** Parent of elements that can be connected with each other. */
export class MediaPipeline extends MediaObject {
  readonly class = pipelineClass;
  latencyStats = false;

  constructor(context: ObjectContext) {
    super(pipelineClass.type, undefined, context);
  }

  invoke(name: string, params: unknown): unknown {
    return perform(operations, this, name, params);
  }
}

const pipelineClass: ObjectClass = {
  type: 'MediaPipeline',
  hierarchy: ['MediaObject'],
  events: new Set(['Error']),
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
  getGstreamerDot: operation({ details: text.optional() }, () => 'digraph {}'),
  dumpGstreamerDot: operation({ details: text.optional() }, () => null),
};
