import { fetchStatus, signedPost } from '../access/index.js';
import type { WebhookSettings } from './options.js';

/** What signs a webhook, and how long its receiver has. */
export type PostSettings = Pick<WebhookSettings, 'webhookKey' | 'webhookTimeoutMs' | 'keys'>;

/** One try. @param now the time in ms since 1970. Rejects with an Error in a few words unless the receiver answers with 2xx */
export async function postWebhook(
  url: string,
  body: string,
  { webhookKey, webhookTimeoutMs, keys }: PostSettings,
  now: number,
  signal: AbortSignal,
): Promise<void> {
  const content = { body, type: 'application/webhook+json' };
  const post = await signedPost(content, { name: webhookKey, secret: keys.get(webhookKey) ?? '' }, now);
  const status = await fetchStatus(url, post, { timeoutMs: webhookTimeoutMs, signal });
  if (status < 200 || status > 299) throw new Error(`it answers ${status}`);
}
