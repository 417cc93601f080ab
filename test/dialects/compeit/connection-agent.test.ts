import { expect } from 'chai';
import { until } from '../../support/until.js';
import { Page, transports } from './page.js';
import { CompeitStage, useStage } from './stage.js';

const wire = (page: Page, name: string) => ({ id: page.id, email: null, name });
const message = (name: string, ...args: unknown[]) => ({ name, args });
const error = (type: string, code: string, text: string, request: string) => ({
  type,
  event: 'error',
  error: text,
  data: { code, message: text, request },
});

for (const transport of transports) {
  describe(`COMPEIT §3 the connection agent over ${transport}`, () => {
    const { stage, pages } = useStage();

    async function connect(name: string): Promise<Page> {
      const page = await Page.connect(stage.url, transport, `name=${encodeURIComponent(name)}`);
      pages.push(page);
      return page;
    }

    it('greets a user with its identity, and again on request', async () => {
      const ann = await connect('Ann');
      // Newer clients cannot say this.
      if (transport !== 'socket.io') ann.emit('connect');
      const greetings = transport === 'socket.io' ? 1 : 2;
      await until('Ann is greeted', () => ann.events.length === greetings);
      for (const greeting of ann.events) {
        expect(greeting).to.deep.equal(message('connected', { user: { id: ann.id, name: 'Ann' } }));
      }
      const bob = await connect('Bob');
      expect(bob.id).to.equal(ann.id + 1);
    });

    it('lets users join a room and tells each of the others', async () => {
      const ann = await connect('Ann');
      const bob = await connect('Bob');
      ann.emit('join_room', { room: 17 });
      expect(await ann.take('room_joined')).to.equal(undefined);
      bob.emit('join_room', { room: '17' });
      expect((await bob.rest()).slice(0, 2)).to.deep.equal([
        message('room_joined'),
        message('user_joined', { user: wire(ann, 'Ann') }),
      ]);
      expect(await ann.take('user_joined')).to.deep.equal({ user: wire(bob, 'Bob') });
      expect(stage.rooms.names).to.deep.equal(['17']);
    });

    it('does not announce a user again that joins the room it is in', async () => {
      const ann = await connect('Ann');
      const bob = await connect('Bob');
      await ann.join(0);
      await bob.join(0);
      await ann.take('user_joined');
      bob.emit('join_room', { room: 0 });
      expect((await bob.rest()).slice(-2)).to.deep.equal([
        message('room_joined'),
        message('user_joined', { user: wire(ann, 'Ann') }),
      ]);
      expect(await ann.rest()).to.deep.equal([]);
    });

    it('tells the others when a user leaves, changes rooms, closes the namespace or is disconnected', async () => {
      const ann = await connect('Ann');
      const bob = await connect('Bob');
      await ann.join('one');
      await bob.join('one');
      bob.emit('leave_room');
      expect(await bob.take('room_left')).to.deep.equal({});
      expect(await ann.take('user_left')).to.deep.equal({ user: wire(bob, 'Bob') });
      bob.emit('leave_room', {});
      expect(await bob.take('room_left'), 'in no room as well').to.deep.equal({});
      await bob.join('one');
      await bob.join('two');
      expect(await ann.take('user_left')).to.deep.equal({ user: wire(bob, 'Bob') });
      expect(bob.events.filter(({ name }) => name === 'room_left')).to.have.lengthOf(2);
      await bob.join('one');
      bob.cut();
      expect(await ann.take('user_left')).to.deep.equal({ user: wire(bob, 'Bob') });
    });

    it('carries messages to the room, the sender included, with any data', async () => {
      const ann = await connect('Ann');
      const bob = await connect('Bob');
      const eve = await connect('Eve');
      await ann.join(1);
      await bob.join(1);
      await eve.join(2);
      const data = { deep: [1, { __proto__: null, x: 'ü😀\n:' }] };
      ann.emit('room_message', { type: 'drawing', data, room: 99 });
      ann.emit('room_message', { type: 'drawing' });
      ann.emit('room_message', { type: 'chat', data: 'hello <b>' });
      ann.emit('room_message', { type: 'chat', data: { not: 'text' } });
      const user = wire(ann, 'Ann');
      for (const page of [ann, bob]) {
        expect(await page.take('room_message')).to.deep.equal({ user, type: 'drawing', data });
        expect(await page.take('room_message')).to.deep.equal({ user, type: 'drawing', data: null });
        expect(await page.take('room_message')).to.deep.equal({ user, type: 'chat', data: 'hello <b>' });
        expect(await page.take('room_message')).to.deep.equal({ user, type: 'chat', data: { not: 'text' } });
      }
      expect((await eve.rest()).filter(({ name }) => name === 'room_message')).to.deep.equal([]);
    });

    it('carries messages to one user in the room, in each of their forms, and echoes none', async () => {
      const ann = await connect('Ann');
      const bob = await connect('Bob');
      await ann.join(1);
      await bob.join(1);
      ann.emit('user_message', { to: bob.id, type: 'chat', data: 'one' });
      ann.emit('user_message', { to: String(bob.id), type: 'x', data: 2 });
      ann.emit('server_message', { to: bob.id, type: 'y', data: [3] });
      expect(await bob.take('user_message')).to.deep.equal({ type: 'chat', data: 'one', from: ann.id });
      expect(await bob.take('user_message')).to.deep.equal({ type: 'x', data: 2, from: ann.id });
      expect(await bob.take('user_message')).to.deep.equal({ type: 'y', data: [3], from: ann.id });
      expect((await ann.rest()).filter(({ name }) => name === 'user_message')).to.deep.equal([]);
    });

    it('reports errors in a way that old pages ignore', async () => {
      const ann = await connect('Ann');
      const eve = await connect('Eve');
      await eve.join(2);
      ann.emit('room_message', { type: 'chat', data: 'x' });
      const outside = error('connection', 'not_in_room', 'join a room first', 'room_message');
      expect(await ann.take('server_message')).to.deep.equal(outside);
      await ann.join(1);
      const wrong: [string, unknown, string][] = [
        ['join_room', undefined, 'bad_request'],
        ['join_room', { room: '' }, 'bad_request'],
        ['join_room', { room: 1.5 }, 'bad_request'],
        ['join_room', { room: null }, 'bad_request'],
        ['join_room', [1], 'bad_request'],
        ['join_room', { room: 'x'.repeat(129) }, 'bad_request'],
        ['join_room', { room: 'a\u202Eb' }, 'bad_request'],
        ['room_message', { type: 'chat', data: 'x'.repeat(16_385) }, 'bad_request'],
        ['room_message', { type: 'x'.repeat(257), data: 1 }, 'bad_request'],
        ['room_message', { type: 'a\nb', data: 1 }, 'bad_request'],
        ['room_message', { data: 'x' }, 'bad_request'],
        ['room_message', { type: 5 }, 'bad_request'],
        ['room_message', undefined, 'bad_request'],
        ['user_message', { to: 'x', type: 'chat', data: 'x' }, 'bad_request'],
        ['user_message', { to: 12345, type: 'chat', data: 'x' }, 'no_such_user'],
        ['user_message', { to: eve.id, type: 'chat', data: 'x' }, 'no_such_user'],
        ['server_message', 7, 'bad_request'],
      ];
      for (const [name, argument, code] of wrong) {
        ann.emit(name, ...(argument === undefined ? [] : [argument]));
        const answer = await ann.take('server_message', 'error');
        expect(answer, name).to.have.nested.include({ type: 'connection', 'data.code': code, 'data.request': name });
        // In our own words, not in those of the schema library.
        expect(JSON.stringify(answer)).to.not.match(/invalid|expected|received/i);
      }
      ann.emit('server_message', { type: 'unknown', data: 1 });
      ann.emit('server_message', { type: 'chat', data: 'ignored' });
      ann.emit('server_message', { type: 'file', data: { get: { id: 3 } } });
      expect(await ann.take('server_message')).to.deep.equal({
        type: 'file',
        event: 'error',
        error: 'command not found',
        data: { code: 'not_supported', message: 'no file store', request: 'file' },
      });
      ann.emit('room_message', { type: 'chat', data: 'still in the room' });
      expect(await ann.take('room_message')).to.include({ data: 'still in the room' });
    });

    it('leaves a user that may not open a room in the former one', async () => {
      const ann = await connect('Ann');
      await ann.join(1);
      stage.media.hasCapacity = false;
      ann.emit('join_room', { room: 2 });
      expect(await ann.take('server_message', 'error')).to.have.nested.include({ 'data.code': 'forbidden' });
      stage.media.hasCapacity = true;
      ann.emit('room_message', { type: 'chat', data: 'x' });
      await ann.take('room_message');
    });

    it('sends room_left to a user that is evicted and to users whose room is closed', async () => {
      const ann = await connect('Ann');
      const bob = await connect('Bob');
      await ann.join(1);
      await bob.join(1);
      const room = stage.rooms.find('1');
      for (const participant of room?.participants ?? []) {
        if (participant.attributes.displayName === 'Bob') room?.evict(participant);
      }
      expect(await bob.take('room_left')).to.deep.equal({});
      expect(await ann.take('user_left')).to.deep.equal({ user: wire(bob, 'Bob') });
      room?.close('closed by the test');
      expect(await ann.take('room_left')).to.deep.equal({});
      await ann.join(1);
    });

    it('is not confused by names of events that the server uses itself', async () => {
      const ann = await connect('Ann');
      await ann.join(1);
      for (const name of ['error', 'connected', '__proto__', 'constructor', 'toString', 'room_joined', '']) {
        ann.emit(name, { room: 1 });
      }
      expect((await ann.rest()).filter(({ name }) => name !== 'room_joined')).to.deep.equal([]);
    });
  });
}

describe('COMPEIT §3.1 identity', () => {
  const stage = new CompeitStage();
  let url = '';
  before(async () => {
    url = await stage.start();
  });
  after(() => stage.stop());

  const nameOf = async (query: string, headers = {}): Promise<string> => {
    const page = await Page.connect(url, 'websocket', query, headers);
    page.cut();
    return page.user.name;
  };

  it('comes from the query, otherwise from a cookie, otherwise from the number', async () => {
    expect(await nameOf('name=Ann&name=Eve', { cookie: 'compeit_name=Bob' })).to.equal('Ann');
    expect(await nameOf('', { cookie: 'x=1; compeit_name=B%C3%B6b%20B' })).to.equal('Böb B');
    expect(await nameOf('', { cookie: 'compeit_name=%E0%A4%A' })).to.match(/^Guest \d+$/);
    expect(await nameOf('name=%20%01%3C%3E')).to.match(/^Guest \d+$/);
  });

  it('is a name without tags and control characters, of at most 64 characters', async () => {
    expect(await nameOf(`name=${encodeURIComponent('<script>alert(1)</script>\u0000')}`)).to.equal(
      'scriptalert(1)/script',
    );
    expect(await nameOf(`name=${encodeURIComponent('A\u202En\u200Bn')}`)).to.equal('Ann');
    expect(await nameOf(`name=${encodeURIComponent('😀'.repeat(70))}`)).to.equal('😀'.repeat(64));
  });
});
