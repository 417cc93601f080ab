import { KurentoEngine } from '../../media/kurento/engine.js';
import type { Endpoint } from '../../media/port.js';
import { RecordingLog } from '../support/recording-log.js';
import { asked } from './left-call-messages.js';
import type { Left } from './left-call-messages.js';

/** A program that answers offers at the media server it is given, tells nobody of candidates, and is killed at some time. */
const engine = new KurentoEngine({ url: process.argv[2] ?? '', log: new RecordingLog() });
const nothing = { candidateFound: () => undefined, failed: () => undefined, mediaLost: () => undefined };
await engine.connect();
const pipeline = await engine.openPipeline(nothing);
const endpoints = new Map<string, Endpoint>();

process.on('message', (message) => {
  const { offer, source } = asked.parse(message);
  void serve(offer, source === undefined ? undefined : endpoints.get(source));
});
process.send?.('ready');

async function serve(offer: string, source: Endpoint | undefined): Promise<void> {
  const endpoint = await pipeline.createEndpoint({}, nothing);
  await source?.connect(endpoint);
  const answer = await endpoint.answer(offer);
  endpoints.set(endpoint.record, endpoint);
  process.send?.({ pipeline: pipeline.record, endpoint: endpoint.record, answer } satisfies Left);
}
