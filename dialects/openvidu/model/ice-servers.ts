import { createHmac, randomBytes } from 'node:crypto';
import { z } from 'zod';

const address =
  /^(?:stun|stuns|turn|turns):(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::(\d{1,5}))?(?:\?transport=(?:udp|tcp))?$/;

const isTurn = (url: string): boolean => /^turns?:/.test(url);

/** A STUN or TURN server of one connection, as the back end names it. */
export const customIceServer = z
  .object({
    url: z
      .string()
      .max(500)
      .refine((url) => {
        const found = address.exec(url);
        return found !== null && Number(found[1] ?? 1) <= 65_535;
      }, 'must be stun:, stuns:, turn: or turns: with a host, and a port and ?transport= at most'),
    username: z.string().max(500).optional(),
    credential: z.string().max(500).optional(),
    /** The server makes username and credential of it, which expire. */
    staticAuthSecret: z.string().min(1).max(500).optional(),
  })
  .superRefine(({ url, username, credential, staticAuthSecret: secret }, context) => {
    const hasLogin = username !== undefined || credential !== undefined;
    const fault = (message: string): void => {
      context.addIssue({ code: 'custom', message });
    };
    if (!isTurn(url)) {
      if (hasLogin || secret !== undefined) fault('A STUN server has no username, credential nor staticAuthSecret');
    } else if (secret !== undefined) {
      if (hasLogin) fault('staticAuthSecret takes the place of username and credential');
    } else if (username === undefined || credential === undefined) {
      fault('A TURN server needs username and credential, or staticAuthSecret');
    }
  });
export type CustomIceServer = z.output<typeof customIceServer>;

/** One address each, as clients of OpenVidu take them. */
export interface ToldIceServer {
  readonly url: string;
  readonly username?: string;
  readonly credential?: string;
}

/** How long credentials are valid that are made of a secret, in s. */
const lifeS = 86_400;

/** What a client is told: secrets become credentials. */
export function toldIceServer(
  { url, username, credential, staticAuthSecret }: CustomIceServer,
  now: number,
): ToldIceServer {
  if (staticAuthSecret !== undefined) {
    const made = `${Math.floor(now / 1000) + lifeS}:${randomBytes(9).toString('base64url')}`;
    return { url, username: made, credential: createHmac('sha1', staticAuthSecret).update(made).digest('base64') };
  }
  return { url, ...(username !== undefined && { username }), ...(credential !== undefined && { credential }) };
}
