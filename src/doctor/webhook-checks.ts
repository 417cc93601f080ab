import { dirname } from 'node:path';
import { fetchStatus } from '../../access/index.js';
import { nameOf } from '../../events/receiver-queue.js';
import { checkFolder } from '../../options/check-folder.js';
import { ok, warn } from './found.js';
import type { Check, Found } from './found.js';

/** Whether somebody listens at the receivers. HEAD changes nothing there, and any answer but a redirect will do. */
export const checkWebhooks: Check = async ({ webhookUrls, webhookTimeoutMs, webhookDeadLetters }) => {
  if (webhookDeadLetters !== '') checkFolder('WEBHOOK_DEAD_LETTERS', dirname(webhookDeadLetters), 'write');
  return Promise.all(webhookUrls.map((url) => found(url, webhookTimeoutMs)));
};

async function found(url: string, timeoutMs: number): Promise<Found> {
  const name = nameOf(url);
  try {
    const { signal } = new AbortController();
    await fetchStatus(url, { method: 'HEAD' }, { timeoutMs, signal });
    return ok(`${name} answers`);
  } catch (error) {
    const why = (error as Error).message;
    return warn(`${name}: ${why}. Webhooks wait for it, and are given up after WEBHOOK_MAX_AGE_S`);
  }
}
