import { expect } from 'chai';
import { RequestQueue } from '../../dialects/request-queue.js';

describe('the requests of one client', () => {
  const done: string[] = [];
  let release: () => void = () => undefined;

  /** A request `slow…` is done when it is released, any other at once. */
  function run(request: string): Promise<void> | undefined {
    const finish = (): void => {
      done.push(request);
    };
    if (request.startsWith('slow')) return new Promise<void>((resolve) => (release = resolve)).then(finish);
    finish();
    return undefined;
  }

  async function turn(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
  }

  beforeEach(() => {
    done.length = 0;
  });

  it('run at once while none is running', () => {
    const queue = new RequestQueue({ maxRequests: 1 }, run);
    for (const request of ['a', 'b', 'c']) expect(queue.add(request)).to.equal(true);
    expect(done).to.deep.equal(['a', 'b', 'c']);
  });

  it('wait for the running one, and run in order', async () => {
    const queue = new RequestQueue({ maxRequests: 9 }, run);
    for (const request of ['slow 1', 'a', 'slow 2', 'b']) queue.add(request);
    expect(done).to.deep.equal([]);
    release();
    await turn();
    expect(done).to.deep.equal(['slow 1', 'a']);
    release();
    await turn();
    expect(done).to.deep.equal(['slow 1', 'a', 'slow 2', 'b']);
    queue.add('c');
    expect(done.at(-1)).to.equal('c');
  });

  it('are not accepted when too many or too long ones wait; one of any length may wait', async () => {
    const queue = new RequestQueue({ maxRequests: 2, maxLength: 10 }, run);
    expect(queue.add('slow', 99)).to.equal(true);
    expect(queue.add('long', 99)).to.equal(true);
    expect(queue.add('short', 1)).to.equal(false);
    release();
    await turn();
    queue.add('slow', 99);
    for (const request of ['a', 'b']) expect(queue.add(request, 5)).to.equal(true);
    expect(queue.add('c', 0)).to.equal(false);
    release();
    await turn();
    expect(done).to.deep.equal(['slow', 'long', 'slow', 'a', 'b']);
  });

  it('are counted while they wait or run, and forgotten when the client disconnects', async () => {
    const queue = new RequestQueue({ maxRequests: 9 }, run);
    for (const request of ['slow', 'a']) queue.add(request);
    expect(['slow', 'a', 'b'].filter((name) => queue.requests.includes(name))).to.deep.equal(['slow', 'a']);
    queue.clear();
    release();
    await turn();
    expect(done).to.deep.equal(['slow']);
    expect(queue.requests).to.deep.equal([]);
  });
});
