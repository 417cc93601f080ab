import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import type { Caller } from '../gate/caller.js';
import { ReplayGuard } from './replay-guard.js';

/** What a node says of a request that it passes on. In an answer: why the other node does not serve it. */
export const proofHeader = 'atrium-tunnel';

/** How old a proof may be, and how far the clocks of two nodes may differ, in ms. */
const validMs = 60_000;

/** Longer heads are no proofs. A name of a host has at most 255 characters. */
const mostLength = 2_000;
const mostHostLength = 300;

/** The version of the claim, the sender, its number for this message, the time, the receiver, the caller. */
const claim = z.tuple([
  z.literal(1),
  z.string(),
  z.number().int().nonnegative(),
  z.number(),
  z.string(),
  z.string(),
  z.boolean(),
  z.string(),
]);

export interface ProofOptions {
  /** CLUSTER_SECRET. Empty: no proof holds. */
  readonly secret: string;
  /** Of this node: random for each start, so that a proof for a former one is worth nothing. */
  readonly nodeId: string;
  /** A time that all nodes share, in ms. */
  readonly now: () => number;
}

/**
 * What the header of a request says:
 * - `none`: there is no such header;
 * - `forged`: it was not made with the secret of this node;
 * - `void`: it was, and is for another node, or too old, or has come before;
 * - else from whom the request comes.
 */
export type Reading = 'none' | 'forged' | 'void' | Caller;

/** How nodes show each other that a request comes from a node, and from which client. The secret itself is never sent. */
export class Proofs {
  readonly #key: Buffer | undefined;
  readonly #nodeId: string;
  readonly #now: () => number;
  readonly #guard = new ReplayGuard();
  #sent = 0;

  constructor({ secret, nodeId, now }: ProofOptions) {
    // A key for this use alone.
    this.#key = secret === '' ? undefined : createHmac('sha256', secret).update('atrium tunnel').digest();
    this.#nodeId = nodeId;
    this.#now = now;
  }

  /** Whether there is a secret to make proofs with. */
  get canSign(): boolean {
    return this.#key !== undefined;
  }

  /** @param to the id of the node that it is for. @returns the value of the header, for this request alone */
  sign(request: IncomingMessage, to: string, { address, secure, host }: Caller): string {
    const shown = host.slice(0, mostHostLength);
    const content: z.input<typeof claim> = [1, this.#nodeId, this.#sent, this.#now(), to, address, secure, shown];
    this.#sent += 1;
    const text = Buffer.from(JSON.stringify(content)).toString('base64url');
    return `${text}.${this.#codeOf(request, text).toString('base64url')}`;
  }

  /** Called once for each request: a second time the same header is `void`. */
  read(request: IncomingMessage): Reading {
    const header = request.headers[proofHeader];
    if (header === undefined) return 'none';
    if (typeof header !== 'string' || header.length > mostLength || !this.#key) return 'forged';
    const [text = '', code = '', ...more] = header.split('.');
    const given = Buffer.from(code, 'base64url');
    const expected = this.#codeOf(request, text);
    if (more.length > 0 || given.length !== expected.length || !timingSafeEqual(given, expected)) return 'forged';
    const { success, data } = claim.safeParse(readJson(text));
    // Nodes of another version may say something else.
    if (!success) return 'void';
    const [, from, number, at, to, address, secure, host] = data;
    const isValid = to === this.#nodeId && Math.abs(this.#now() - at) <= validMs && this.#guard.take(from, number);
    return isValid ? { address, secure, host } : 'void';
  }

  /** The method and the path are what the proof is for. */
  #codeOf({ method = '', url = '' }: IncomingMessage, text: string): Buffer {
    return createHmac('sha256', this.#key ?? '')
      .update(`${method}\n${url}\n${text}`)
      .digest();
  }
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString());
  } catch {
    return undefined;
  }
}
