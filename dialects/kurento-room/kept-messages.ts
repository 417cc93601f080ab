import { z } from 'zod';
import type { KeptText } from '../../rooms/index.js';

export const textStampSchema = z.object({
  id: z.string().meta({ description: 'Unlike that of any other text' }),
  at: z.int().meta({ description: 'When it was said, in ms since 1970' }),
});

/** A text that was said before a client joined, as joinRoom tells it. */
export const keptMessageSchema = z.object({
  ...textStampSchema.shape,
  user: z.string().meta({ description: 'Whose it was; they may have left. Empty: the server said it' }),
  name: z.string().optional().meta({ description: 'What they were shown as, where that differs from `user`' }),
  message: z.string(),
});

export function keptMessage({ id, at, by: user, displayName, text }: KeptText): z.output<typeof keptMessageSchema> {
  const named = displayName !== '' && displayName !== user;
  return { id, at, user, ...(named && { name: displayName }), message: text };
}
