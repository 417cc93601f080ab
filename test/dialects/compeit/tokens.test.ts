import { expect } from 'chai';
import { Page, handshake, transports } from './page.js';
import type { Transport } from './page.js';
import { useStage } from './stage.js';
import { token, tokenSecret } from './token.js';

const offer = 'v=0 offer';
const inAnHour = Math.floor(Date.now() / 1_000) + 3_600;
const anHourAgo = inAnHour - 7_200;

describe('COMPEIT §3.1 with accounts', () => {
  const { stage, pages } = useStage({ compeit: { tokenSecret } });

  async function connect(transport: Transport, query: string, headers = {}): Promise<Page> {
    const page = await Page.connect(stage.url, transport, query, headers);
    pages.push(page);
    return page;
  }

  const wrong: [string, string][] = [
    ['no token', ''],
    ['nothing of a token', 'x'],
    ['a token that has run out', token({ sub: 'ann', exp: anHourAgo })],
    ['a token that is not valid yet', token({ sub: 'ann', nbf: inAnHour })],
    ['a token of another secret', token({ sub: 'ann' }, { secret: 'another' })],
    ['a token signed with no secret at all', token({ sub: 'ann' }, { secret: '' })],
    ['a token of the algorithm none', token({ sub: 'ann' }, { header: { alg: 'none' } })],
    ['an unsigned token', token({ sub: 'ann' }, { header: { alg: 'none' } }).replace(/[^.]*$/, '')],
    ['a token of another algorithm', token({ sub: 'ann' }, { header: { alg: 'HS512' }, digest: 'sha512' })],
    ['a token that claims another algorithm', token({ sub: 'ann' }, { header: { alg: 'RS256' } })],
    ['a token with extensions', token({ sub: 'ann' }, { header: { alg: 'HS256', crit: ['x'], x: 1 } })],
    ['a token of nobody', token({ name: 'Ann', exp: inAnHour })],
    ['a token whose time is no time', token({ sub: 'ann', exp: 'never' })],
    ['a token of four parts', `${token({ sub: 'ann' })}.x`],
    ['a token that was changed', token({ sub: 'ann' }).replace(/\.[^.]*\./, `.${btoa('{"sub":"bob"}')}.`)],
  ];
  for (const [what, text] of wrong) {
    it(`refuses ${what}, on the old transports and on newer ones`, async () => {
      const query = text === '' ? 'name=Ann' : `token=${encodeURIComponent(text)}`;
      const refusal = await handshake(stage.url, query).catch((error: unknown) => String(error));
      expect(refusal).to.equal('Error: 403 not authenticated');
      const page = Page.begin(stage.url, query);
      await page.gone();
      expect(page.events).to.deep.equal([]);
      expect(page.refusal).to.equal('not authenticated');
    });
  }

  for (const transport of transports) {
    it(`takes a token from the query, a bearer or a cookie, over ${transport}`, async () => {
      const text = token({ sub: 'ann', name: 'Ann <b>', exp: inAnHour, nbf: anHourAgo });
      const introductions: [string, Record<string, string>][] = [
        [`token=${text}&name=Eve`, {}],
        ['name=Eve', { authorization: `Bearer ${text}` }],
        ['', { cookie: `compeit_name=Eve; compeit_token=${text}` }],
      ];
      for (const [query, headers] of introductions) {
        const page = await connect(transport, query, headers);
        expect(page.user.name).to.equal('Ann b');
        page.cut();
        await stage.nothingRemains();
      }
    });

    it(`lets a newer connection over ${transport} take the place of any older one of the account`, async () => {
      for (const older of transports) {
        const ann = await connect(older, `token=${token({ sub: 'ann', name: 'Ann' })}`);
        const bob = await connect('websocket', `token=${token({ sub: 'bob', name: 'Bob' })}`);
        await ann.join(17);
        await bob.join(17);
        ann.kurento('send_start', { offerSdp: offer });
        await ann.take('server_message', 'send_started');
        bob.kurento('receive_start', { offerSdp: offer, sender: ann.id });
        await bob.take('server_message', 'receive_started');

        const next = await connect(transport, `token=${token({ sub: 'ann', name: 'Ann' })}`);
        expect(next.id, 'the same user').to.equal(ann.id);
        await ann.gone();
        // The word that makes the client of old stay away.
        if (older !== 'socket.io') expect(ann.packets).to.include('0::');
        expect(await bob.take('server_message'), 'the media of the older page is over').to.include({
          event: 'sender_stopped',
          sender: ann.id,
        });
        await next.join(17);
        expect(await next.take('user_joined')).to.have.nested.include({ 'user.id': bob.id });
        bob.emit('user_message', { to: ann.id, type: 'chat', data: 'to the newer one' });
        expect(await next.take('user_message')).to.include({ data: 'to the newer one' });
        next.emit('room_message', { type: 'chat', data: 'still here' });
        expect(await bob.take('room_message')).to.include({ data: 'still here' });
        expect(
          bob.events.map(({ name }) => name).filter((name) => name.startsWith('user_')),
          'nobody left and nobody came',
        ).to.deep.equal(['user_joined']);
        next.cut();
        expect(await bob.take('user_left')).to.have.nested.include({ 'user.id': ann.id });
        bob.cut();
        await stage.nothingRemains();
      }
    });
  }
});
