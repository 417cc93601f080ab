import { expect } from 'chai';
import { ArrivalsTogether } from '../../../../media/embedded/transport/arrivals-together.js';

describe('packets that arrive together', () => {
  let now = 1000;
  let slept: number[] = [];
  let arrivals: ArrivalsTogether;

  beforeEach(() => {
    now = 1000;
    slept = [];
    arrivals = new ArrivalsTogether(
      () => now,
      (ms) => {
        slept.push(ms);
        now += ms;
      },
    );
  });

  /** One turn of the event loop, in which so many come. */
  async function turn(packets: number): Promise<void> {
    for (let count = 0; count < packets; count += 1) arrivals.came();
    await new Promise((resolve) => setImmediate(resolve));
  }

  it('are waited for when many come: each turn takes what came in two ms', async () => {
    await turn(1);
    now += 0.5;
    await turn(3);
    now += 0.2;
    await turn(5);
    expect(slept).to.deep.equal([2, 2]);
  });

  it('are not waited for when enough have come by themselves', async () => {
    await turn(1);
    now += 0.5;
    await turn(8);
    expect(slept).to.deep.equal([]);
  });

  it('are not waited for when few come', async () => {
    await turn(1);
    now += 5;
    await turn(2);
    now += 3;
    await turn(1);
    expect(slept).to.deep.equal([]);
  });

  it('are not waited for when their turn took as long by itself', async () => {
    await turn(1);
    now += 0.5;
    arrivals.came();
    now += 3;
    await new Promise((resolve) => setImmediate(resolve));
    expect(slept).to.deep.equal([]);
  });
});
