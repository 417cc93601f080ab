import { postWebhook } from '../../events/post-webhook.js';
import { resend } from '../../events/resend.js';
import { readConfig } from '../config.js';
import { checkWebhookKey } from '../webhook-checks.js';
import { CommandError, UsageError, exitCodes } from './command.js';
import type { Command } from './command.js';

export const webhooksResend: Command = {
  name: 'webhooks resend',
  summary: 'sends what was given up again: a FILE of WEBHOOK_DEAD_LETTERS, then options of the server',
  flags: {},
  run: async (args, { env, out, tell, now }) => {
    const [file, ...flags] = args;
    if (file === undefined || file.startsWith('-')) {
      throw new UsageError('Name the file first, as WEBHOOK_DEAD_LETTERS does');
    }
    const config = readConfig(flags, env);
    checkWebhookKey(config);
    const never = new AbortController().signal;
    const resent = await resend(file, async ({ url, id, event, body }) => {
      try {
        await postWebhook(url, body, config, now(), never);
      } catch (error) {
        tell(`${event} ${id}: ${(error as Error).message}\n`);
        throw error;
      }
    }).catch((error: unknown) => {
      throw new CommandError((error as Error).message, exitCodes.failed);
    });
    const { sent, kept, unreadable } = resent;
    const broken = unreadable === 0 ? '' : `, of which ${unreadable} cannot be read`;
    out(`${sent} sent, ${kept} kept in ${file}${broken}\n`);
    return kept === 0 ? exitCodes.done : exitCodes.failed;
  },
};
