import { expect } from 'chai';
import { publishOffer, receiveOffer } from './fixtures.js';
import { bind, fill, isObject } from './placeholders.js';
import type { WireFrame } from './rpc-client.js';
import { RpcClient } from './rpc-client.js';
import { Stage } from './stage.js';
import { isDirected } from './transcript-file.js';
import { transcriptTokens } from './tokens.js';
import type { Line, Scene } from './transcript-file.js';

/** Plays a scene of a transcript: on the server at `base`, or on a stage of its own when the scene has directions. */
export async function play(scene: Scene, base: () => string): Promise<void> {
  if (!isDirected(scene)) {
    await new Performance(base(), undefined).play(scene);
    return;
  }
  const stage = new Stage(scene);
  try {
    await new Performance(await stage.stack.start(), stage).play(scene);
    await stage.expectEmpty();
  } finally {
    await stage.stack.stop();
  }
}

/** The section of a candidate; undefined for every other frame. */
function sectionOf({ method, params }: WireFrame): unknown {
  return method === 'iceCandidate' && isObject(params) ? params.sdpMLineIndex : undefined;
}

class Performance {
  readonly #base: string;
  readonly #stage: Stage | undefined;
  readonly #cast = new Map<string, RpcClient>();
  readonly #bound = new Map<string, string>([
    ['$publishOffer', publishOffer],
    ['$receiveOffer', receiveOffer],
    ...transcriptTokens(),
  ]);

  constructor(base: string, stage: Stage | undefined) {
    this.#base = base;
    this.#stage = stage;
  }

  async play({ lines }: Scene): Promise<void> {
    try {
      for (const line of lines) await this.#perform(line);
      this.#stage?.expectOrder(lines);
      for (const [who, client] of this.#cast) {
        await client.settle();
        const rest = client.frames.filter(({ method }) => method !== 'iceCandidate');
        expect(rest, `${who} was sent more than the transcript says`).to.deep.equal([]);
      }
    } finally {
      // Without grace, so that the next scene finds the names free.
      await Promise.all([...this.#cast.values()].map((client) => end(client)));
    }
  }

  async #perform({ who, type, text, where }: Line): Promise<void> {
    if (type === 'direction') {
      await this.#stage?.direct(text);
      return;
    }
    const client = this.#cast.get(who) ?? (await RpcClient.connect(this.#base));
    this.#cast.set(who, client);
    switch (type) {
      case 'send':
        client.send(fill(text, this.#bound));
        break;
      case 'receive':
        await this.#receive(client, text, where);
        break;
      case 'closed':
        expect(await client.closed, where).to.equal(Number(text));
        this.#cast.delete(who);
        break;
      case 'cut':
        client.cut();
        await client.closed;
        this.#cast.delete(who);
        await this.#stage?.noticed(this.#cast.size);
    }
  }

  async #receive(client: RpcClient, text: string, where: string): Promise<void> {
    const expected = JSON.parse(text) as WireFrame;
    // A KMS tells each candidate once for each section, in no fixed order.
    const section = sectionOf(expected);
    const actual = await client
      .take((frame) => sectionOf(frame) === section)
      .catch((error: unknown) => {
        throw new Error(`${where}: ${(error as Error).message}`);
      });
    expect(bind(actual, expected, this.#bound), where).to.deep.equal(expected);
    // The Java client reads the first member of a result (docs/protocols/kurento-room.md#13-the-session-layer).
    if (isObject(actual.result) && 'value' in actual.result) {
      expect(Object.keys(actual.result)[0], where).to.equal('value');
    }
  }
}

async function end(client: RpcClient): Promise<void> {
  client.send({ jsonrpc: '2.0', method: 'closeSession' });
  await client.closed;
}
