import { expect } from 'chai';
import { until } from '../../support/until.js';
import { useStage } from './stage.js';

describe('Concierge heartbeat (§11)', () => {
  const stage = useStage({ concierge: { pingMs: 60, silenceMs: 600, identifyMs: 60_000 } });

  it('a half-open socket is closed with 4009 and its name is free; a client that answers pings stays', async () => {
    const alive = await stage.identify('grace');
    const dead = await stage.identify('ada');
    await alive.skip();
    dead.pause();
    expect(await alive.next()).to.include({ code: 'CLIENT_LEFT', name: 'ada' });
    await stage.identify('ada');
    dead.resume();
    expect((await dead.closed).code).to.equal(4009);
    expect(alive.open).to.equal(true);
  });

  for (const version of ['0.1.0', '0.1.1', '0.2.0']) {
    it(`a client of ${version} that answers no ping is closed with 4009, and the others are told once`, async () => {
      const grace = await stage.identify('grace');
      const mute = await stage.connect('ws', ['ert-concierge'], { autoPong: false });
      await mute.identify({ name: 'ada', version });
      expect(await grace.next()).to.include({ code: 'CLIENT_JOINED' });
      expect((await mute.closed).code).to.equal(4009);
      expect(mute.pings, 'pings').to.be.greaterThan(1);
      expect((await grace.all()).map(({ code }) => code)).to.deep.equal(['CLIENT_LEFT']);
    });
  }

  for (const [what, speak] of [
    ['payloads', { type: 'SELF_FETCH' }],
    ['malformed payloads', '?'],
    ['binary frames', Buffer.from('x')],
  ] as const) {
    it(`a client that answers no ping but sends ${what} stays, and is closed when it falls silent`, async () => {
      const client = await stage.connect('ws', ['ert-concierge'], { autoPong: false });
      await client.identify({ name: 'ada', version: '0.1.0' });
      const speaking = setInterval(() => {
        client.send(speak);
      }, 20);
      try {
        // Pings are 60 ms apart, so this is longer than a client may be silent.
        await until('it was pinged often', () => client.pings > 12 || !client.open);
        expect(client.open).to.equal(true);
      } finally {
        clearInterval(speaking);
      }
      expect((await client.closed).code).to.equal(4009);
    });
  }

  it('a client that has not identified is not pinged, and has its whole time for IDENTIFY', async () => {
    const silent = await stage.connect('ws', ['ert-concierge'], { autoPong: false });
    const other = await stage.connect('ws', ['ert-concierge'], { autoPong: false });
    await other.identify({ name: 'ada', version: '0.1.0' });
    expect((await other.closed).code).to.equal(4009);
    expect(silent.open).to.equal(true);
    expect(silent.pings).to.equal(0);
  });

  it('pings of a client are answered with their content, before and after IDENTIFY', async () => {
    const client = await stage.connect();
    await client.pong();
    await client.identify({ name: 'ada', version: '0.1.0' });
    await client.pong();
    expect(await client.ask({ type: 'SELF_FETCH' }), 'pings have no number').to.include({ seq: 0 });
  });
});
