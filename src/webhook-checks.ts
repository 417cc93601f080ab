import { ConfigError } from '../options/config-error.js';
import type { Config } from './config.js';

/** Whether webhooks can be sent and signed. @throws ConfigError */
export function checkWebhooks(config: Config): void {
  const { webhookUrls } = config;
  if (new Set(webhookUrls).size < webhookUrls.length) {
    throw new ConfigError('WEBHOOK_URLS: a URL is named twice; name each receiver once');
  }
  if (webhookUrls.length > 0) checkWebhookKey(config);
}

/** @throws ConfigError */
export function checkWebhookKey({ webhookKey, keys }: Pick<Config, 'webhookKey' | 'keys'>): void {
  if (keys.has(webhookKey)) return;
  const given = webhookKey === '' ? 'is empty' : `"${webhookKey}" is no key in KEYS`;
  const known = keys.size === 0 ? 'KEYS has none' : `KEYS has ${[...keys.keys()].join(', ')}`;
  throw new ConfigError(
    `WEBHOOK_KEY: ${given}; it must name the key that signs what is sent to WEBHOOK_URLS (${known})`,
  );
}
