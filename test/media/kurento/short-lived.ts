import { KurentoEngine } from '../../../media/kurento/engine.js';
import { RecordingLog } from '../../support/recording-log.js';

/** A program that uses the engine at the URL it is given, and has nothing to do afterwards. */
const engine = new KurentoEngine({ url: process.argv[2] ?? '', log: new RecordingLog() });
await engine.connect();
const pipeline = await engine.openPipeline({ failed: () => undefined, mediaLost: () => undefined });
const endpoint = await pipeline.createEndpoint(
  {},
  { candidateFound: () => undefined, failed: () => undefined, mediaLost: () => undefined },
);
await endpoint.connect(endpoint);
await engine.close();
