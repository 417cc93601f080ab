import { postWebhook } from '../../events/post-webhook.js';
import { resend } from '../../events/resend.js';
import { readConfig } from '../config.js';
import { checkWebhookKey } from '../webhook-checks.js';
import { CommandError, UsageError, exitCodes, splitFlags } from './command.js';
import type { Command, Flags } from './command.js';

const flags: Flags = { json: { meaning: 'Print one JSON object, for programs.' } };

export const webhooksResend: Command = {
  name: 'webhooks resend',
  summary: 'sends again what was given up',
  flags,
  operand: { value: 'FILE', meaning: 'Comes first: a file that WEBHOOK_DEAD_LETTERS of a server has named.' },
  takesOptions: true,
  run: async (args, { env, out, tell, now }) => {
    const { given, rest } = splitFlags(flags, args);
    const [file, ...options] = rest;
    if (file === undefined || file.startsWith('-')) {
      throw new UsageError('Name the file first, as WEBHOOK_DEAD_LETTERS does; one that begins with a dash as ./-x');
    }
    const config = readConfig(options, env);
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
      const { code, message } = error as NodeJS.ErrnoException;
      throw new CommandError(code === 'ENOENT' ? `${file}: there is no such file` : message, exitCodes.failed);
    });
    const { sent, kept, unreadable } = resent;
    const broken = unreadable === 0 ? '' : `, of which ${unreadable} cannot be read`;
    out(given.isGiven('json') ? `${JSON.stringify(resent)}\n` : `${sent} sent, ${kept} kept in ${file}${broken}\n`);
    return kept === 0 ? exitCodes.done : exitCodes.failed;
  },
};
