import { benchCalls } from './calls/calls.js';
import { benchCluster } from './cluster/cluster.js';
import { benchConcierge } from './concierge/concierge.js';
import { benchEasyRtc } from './easyrtc/easyrtc.js';
import { benchMedia } from './media/media.js';
import { benchOrchestrator } from './orchestrator/orchestrator.js';
import { benchSignalling } from './signalling/signalling.js';

/** In `onRequest` what needs more than Node (Chromium, Redis): it runs only when it is named. */
const onRequest: Readonly<Record<string, () => Promise<void>>> = { calls: benchCalls, cluster: benchCluster };
const always: Readonly<Record<string, () => Promise<void>>> = {
  signalling: benchSignalling,
  media: benchMedia,
  orchestrator: benchOrchestrator,
  concierge: benchConcierge,
  easyrtc: benchEasyRtc,
};
const suites = { ...always, ...onRequest };

const wanted = process.argv.slice(2);
for (const name of wanted.length > 0 ? wanted : Object.keys(always)) {
  const suite = suites[name];
  if (!suite) throw new Error(`There is no suite "${name}"; there is ${Object.keys(suites).join(', ')}`);
  await suite();
}
