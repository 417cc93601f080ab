import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { publishOffer, receiveOffer } from './fixtures.js';
import { RpcClient } from './rpc-client.js';

/**
 * Plays a conversation from test/transcripts/. Each line is one frame of one client:
 *
 *     ana -> {"jsonrpc":"2.0","method":"joinRoom","params":{"user":"ana","room":"r1"},"id":1}
 *     ana <- {"id":1,"result":{"value":[],"sessionId":"$ana"},"jsonrpc":"2.0"}
 *     ana <- closed 1000
 *
 * `->` is sent as it stands (it need not be JSON), after filling in `$publishOffer` and `$receiveOffer`; `<-` must be the
 * next frame that client gets, in this order, with these members and no others. A text `$name` fits any text the first
 * time and must be the same text later; `$*` fits any text each time. Candidates of the media server come when they
 * come: they are passed over unless the line asks for one. At the end nobody may have been sent anything else.
 */
export async function play(name: string, base: string): Promise<void> {
  const text = readFileSync(new URL(`../transcripts/${name}.txt`, import.meta.url), 'utf8');
  const cast = new Map<string, RpcClient>();
  const gone = new Set<string>();
  const bound = new Map<string, string>();
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const [, who = '', direction = '', frame = ''] = /^(\w+) (->|<-) (.*)$/.exec(line) ?? [];
    const where = `${name}.txt:${index + 1}`;
    if (direction === '') throw new Error(`${where}: not a line of a transcript: ${line}`);
    const client = cast.get(who) ?? (await RpcClient.connect(base));
    cast.set(who, client);
    if (direction === '->') {
      client.send(fill(frame));
    } else if (frame.startsWith('closed')) {
      expect(await client.closed, where).to.equal(Number(frame.split(' ')[1]));
      gone.add(who);
    } else {
      const expected: unknown = JSON.parse(frame);
      const wantsCandidate = frame.includes('"iceCandidate"');
      const actual = await client
        .take((candidate) => wantsCandidate === (candidate.method === 'iceCandidate'))
        .catch((error: unknown) => {
          throw new Error(`${where}: ${(error as Error).message}`);
        });
      expect(bind(actual, expected, bound), where).to.deep.equal(expected);
    }
  }
  const present = [...cast].filter(([who]) => !gone.has(who));
  for (const [who, client] of present) {
    await client.settle();
    const rest = client.frames.filter(({ method }) => method !== 'iceCandidate');
    expect(rest, `${name}.txt: ${who} was sent more than the transcript says`).to.deep.equal([]);
  }
  for (const [, client] of present) await client.close();
}

function fill(frame: string): string {
  return frame
    .replace('"$publishOffer"', () => JSON.stringify(publishOffer))
    .replace('"$receiveOffer"', () => JSON.stringify(receiveOffer));
}

/** The frame with its texts replaced by the placeholders they fit, so that a plain comparison shows the rest. */
function bind(actual: unknown, expected: unknown, bound: Map<string, string>): unknown {
  if (typeof expected === 'string' && expected.startsWith('$') && typeof actual === 'string' && actual !== '') {
    if (expected === '$*') return expected;
    const known = bound.get(expected);
    if (known === undefined) bound.set(expected, actual);
    return known === undefined || known === actual ? expected : actual;
  }
  if (Array.isArray(actual) && Array.isArray(expected)) {
    return actual.map((item, index) => bind(item, expected[index], bound));
  }
  if (isObject(actual) && isObject(expected)) {
    return Object.fromEntries(Object.entries(actual).map(([key, value]) => [key, bind(value, expected[key], bound)]));
  }
  return actual;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
