import { createHmac } from 'node:crypto';
import { z } from 'zod';

const server = z.strictObject({
  urls: z.array(z.string()),
  username: z.string().optional(),
  credential: z.string().optional(),
});
/** As REST and the room protocol tell them. */
const told = z.looseObject({ iceServers: z.array(server), iceTtlS: z.int().optional() });

/** One TURN user, as coturn reads it with `use-auth-secret`. */
export interface TurnUser {
  readonly url: string;
  /** In s since 1970. */
  readonly expiry: number;
  readonly id: string;
  readonly isSigned: boolean;
}

/** The STUN servers, and the users of TURN servers, that a client was told. @param secret of the TURN servers */
export function readIce(
  answer: unknown,
  secret: string,
): { stun: string[]; users: TurnUser[]; ttlS: number | undefined } {
  const { iceServers, iceTtlS } = told.parse(answer);
  const turn = iceServers.filter(({ username }) => username !== undefined);
  return {
    stun: iceServers.filter((each) => !turn.includes(each)).flatMap(({ urls }) => urls),
    users: turn.flatMap(({ urls, username = '', credential }) => {
      const [expiry = '', id = ''] = username.split(':');
      const isSigned = credential === createHmac('sha1', secret).update(username).digest('base64');
      return urls.map((url) => ({ url, expiry: Number(expiry), id, isSigned }));
    }),
    ttlS: iceTtlS,
  };
}
