import { expect } from 'chai';
import type { RpcClient, WireFrame } from './rpc-client.js';

/** One socket of the scenario and its requests. */
export class Player {
  readonly client: RpcClient;
  readonly asked = new Map<number, number>();
  last: object | undefined;
  /** The session moved to another socket, or the socket has another session. Answers may then go to another socket or be kept. */
  excused = false;

  constructor(client: RpcClient) {
    this.client = client;
  }

  ask(id: number, method: string, params: unknown): void {
    this.last = { jsonrpc: '2.0', id, method, params };
    this.again(id);
  }

  again(id: number): void {
    this.asked.set(id, (this.asked.get(id) ?? 0) + 1);
    this.client.send(this.last);
  }
}

/** All that was asked was answered, in a known shape. @param knownCodes those that an error may have */
export async function expectAnswered(
  { client, asked, excused }: Player,
  knownCodes: ReadonlySet<number>,
): Promise<void> {
  // Waiting requests are answered before this one, unless the server has closed the connection, as after closeSession.
  client.send({ jsonrpc: '2.0', id: 'end', method: 'leaveRoom' });
  const closed = await Promise.race([
    client.closed.then(() => true),
    client.take(({ id }) => id === 'end').then(() => false),
  ]);
  const answers = client.frames.filter(({ id, method }) => id !== undefined && method === undefined);
  for (const answer of answers) expectKnownShape(answer, knownCodes);
  if (closed || excused) return;
  for (const [id, times] of asked) {
    const count = answers.filter((answer) => answer.id === id).length;
    expect(count, `answers to ${id}`).to.be.within(1, times);
  }
}

function expectKnownShape(answer: WireFrame, knownCodes: ReadonlySet<number>): void {
  expect(answer.jsonrpc).to.equal('2.0');
  expect(Object.keys(answer)).to.have.lengthOf(3);
  if (answer.error) {
    expect(knownCodes, JSON.stringify(answer)).to.include(answer.error.code);
    expect(answer.error.message).to.be.a('string').and.not.equal('');
  } else {
    expect(answer.result === ('bye' as unknown) || typeof answer.result === 'object', JSON.stringify(answer)).to.equal(
      true,
    );
  }
}
