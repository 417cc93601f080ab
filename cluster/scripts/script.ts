import { createHash } from 'node:crypto';

/** A Lua script, which Redis executes as a whole. A write that needs memory comes first, so that Redis without memory writes nothing. */
export interface Script {
  readonly text: string;
  /** By which Redis knows it once it has seen its text. */
  readonly sha: string;
}

export function script(text: string): Script {
  return { text, sha: createHash('sha1').update(text).digest('hex') };
}
