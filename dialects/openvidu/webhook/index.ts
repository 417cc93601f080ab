import type { DialectContext } from '../../dialect.js';
import { factNames } from '../model/facts.js';
import type { FactName } from '../model/facts.js';
import type { OvSessions } from '../model/ov-sessions.js';
import type { OpenviduSettings } from '../options.js';

/** How long the receiver may take to answer, in ms. */
const timeoutMs = 10_000;
/** The first, and five more. */
const maxTries = 6;

/** Tells a back end what happens in sessions, as the original does. @returns a function that ends it */
export function startWebhook(
  settings: Pick<OpenviduSettings, 'webhook' | 'webhookEndpoint' | 'webhookHeaders' | 'webhookEvents'>,
  sessions: Pick<OvSessions, 'listen'>,
  openReceiver: DialectContext['openReceiver'],
): () => Promise<void> {
  const { webhook, webhookEndpoint: url, webhookHeaders: headers, webhookEvents } = settings;
  if (!webhook || !openReceiver) return () => Promise.resolve();
  const wanted: ReadonlySet<FactName> = new Set(webhookEvents.length === 0 ? factNames : webhookEvents);
  const receiver = openReceiver({ url, headers, timeoutMs, maxTries });
  const stop = sessions.listen((fact) => {
    if (wanted.has(fact.event)) receiver.tell(fact.event, JSON.stringify(fact));
  });
  return async () => {
    stop();
    await receiver.close();
  };
}
