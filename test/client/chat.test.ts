import { expect } from 'chai';
import type { ChatMessage } from '../../client/chat.js';
import type { DataMessage } from '../../client/data.js';
import { Room } from '../../client/room.js';
import { codeOf } from '../support/rejection.js';
import { until } from '../support/until.js';
import { inBrowserWorld } from './browser-world.js';
import { ScriptedServer, unknownSession, type Script, type Visit } from './scripted-server.js';

const at = 1_796_083_200_000;

describe('chat and data as the client has them', () => {
  inBrowserWorld();
  let server: ScriptedServer | undefined;
  let room: Room;
  let said: ChatMessage[];

  afterEach(async () => {
    await room.leave();
    server?.stop();
  });

  async function enter(script: Script): Promise<Room> {
    server = await ScriptedServer.start(script);
    room = new Room({ url: server.url, room: 'garden', user: 'ana' });
    said = [];
    room.on('message', (message) => said.push(message));
    await room.join();
    return room;
  }

  const visit = (number = 1): Visit => {
    const found = server?.visits[number - 1];
    if (!found) throw new Error(`there was no connection ${String(number)}`);
    return found;
  };
  const tell = (id: string, message: string, user = 'berta'): void => {
    visit().tell('sendMessage', { room: 'garden', user, name: user, message, id, at: at + 5_000 });
  };
  const texts = (messages: readonly ChatMessage[]): string[] => messages.map(({ name, text }) => `${name}: ${text}`);

  it('asks for what was said before, and has it when `join` resolves', async () => {
    const asked: unknown[] = [];
    await enter(({ method, params }) => {
      if (method !== 'joinRoom') return { result: {} };
      asked.push(params.features);
      const messages = [
        { id: 'm-0', at, user: 'carla', name: 'Carla C.', message: 'I am off' },
        { id: 'm-1', at: at + 1, user: '', message: 'Good morning' },
      ];
      return { result: { value: [{ id: 'berta', name: 'Berta B.' }], messages, sessionId: 'one' } };
    });
    expect(asked[0]).to.include.members(['chat', 'streams']);
    expect(texts(room.messages)).to.deep.equal(['Carla C.: I am off', ': Good morning']);
    expect(room.messages[0]).to.deep.include({ id: 'm-0', from: 'carla', at: new Date(at) });
    expect(said, 'they are not told as new ones').to.deep.equal([]);
    const before = room.messages;
    tell('m-2', 'Hello');
    tell('m-3', 'Me too', 'ana');
    await until('both came', () => said.length === 2);
    expect(texts(said)).to.deep.equal(['Berta B.: Hello', 'ana: Me too']);
    expect(said[0]?.at).to.deep.equal(new Date(at + 5_000));
    expect(room.messages).to.deep.equal([...before, ...said]);
  });

  it('knows the time of messages of a server that tells none, and takes each for a new one', async () => {
    await enter(({ method }) => ({ result: method === 'joinRoom' ? { value: [], sessionId: 'one' } : {} }));
    const from = Date.now();
    for (let count = 0; count < 2; count++)
      visit().tell('sendMessage', { room: 'garden', user: 'berta', message: 'Hi' });
    await until('both came', () => said.length === 2);
    for (const { at: time } of said) expect(time.getTime()).to.be.within(from, Date.now());
    expect(new Set(room.messages.map(({ id }) => id)).size).to.equal(2);
  });

  it('has each message once after it joined anew, and is told those that it missed', async () => {
    const kept = (id: string, message: string): object => ({ id, at, user: 'berta', message });
    await enter(({ method }, { number }) => {
      if (method === 'connect') return unknownSession;
      if (method !== 'joinRoom') return { result: {} };
      const messages = [kept('m-0', 'one'), ...(number === 1 ? [] : [kept('m-1', 'two'), kept('m-2', 'three')])];
      return { result: { value: [], messages, sessionId: `session ${String(number)}` } };
    });
    tell('m-1', 'two');
    await until('the second came', () => said.length === 1);
    const back = new Promise<boolean>((resolve) => room.once('reconnected', resolve));
    visit().cut();
    expect(await back, 'the server had forgotten us').to.equal(false);
    expect(texts(said)).to.deep.equal(['berta: two', 'berta: three']);
    expect(texts(room.messages)).to.deep.equal(['berta: one', 'berta: two', 'berta: three']);
  });

  it('forgets the oldest of very many', async () => {
    await enter(({ method }) => ({ result: method === 'joinRoom' ? { value: [], sessionId: 'one' } : {} }));
    for (let count = 0; count < 520; count++) tell(`m-${String(count)}`, String(count));
    await until('all came', () => said.length === 520);
    expect(room.messages).to.have.length(500);
    expect(room.messages[0]?.text).to.equal('20');
  });

  it('rejects with a ClientError what the server does not take, and what it never answered', async () => {
    await enter(({ method, params }, { number }) => {
      if (method === 'connect') return unknownSession;
      if (method === 'joinRoom') return { result: { value: [], sessionId: `session ${String(number)}` } };
      if (params.message === 'lost') return undefined;
      return { error: { code: 401, message: 'You may send nothing', data: { reason: 'not-allowed' } } };
    });
    expect(await codeOf(room.chat('no'))).to.equal('not-allowed');
    expect(await codeOf(room.send('t', 'no'))).to.equal('not-allowed');
    const lost = codeOf(room.chat('lost'));
    await until('it was heard', () => server?.heard.filter((what) => what === '1 sendMessage').length === 2);
    visit().cut();
    expect(await lost).to.equal('disconnected');
    await room.leave();
    expect(await codeOf(room.chat('late'))).to.equal('not-in-room');
    expect(await codeOf(room.send('t', 'late'))).to.equal('not-in-room');
  });

  it('sends bytes and texts with a topic, to all or to some, and is told those of others', async () => {
    const sent: object[] = [];
    await enter(({ method, params }) => {
      if (method === 'sendData') sent.push(params);
      return { result: method === 'joinRoom' ? { value: [], sessionId: 'one' } : {} };
    });
    const all = Uint8Array.from({ length: 20_000 }, (_, index) => index % 256);
    await room.send('bytes', all);
    await room.send('text', 'é', { to: ['berta'] });
    expect(sent).to.deep.equal([
      { topic: 'bytes', data: Buffer.from(all).toString('base64') },
      { topic: 'text', data: 'w6k=', to: ['berta'] },
    ]);
    const heard: DataMessage[] = [];
    room.on('data', (message) => heard.push(message));
    visit().tell('data', { from: 'berta', topic: 'broken', data: '%' });
    visit().tell('data', { from: 'berta', topic: 'bytes', data: Buffer.from(all).toString('base64') });
    await until('it came', () => heard.length > 0);
    expect(heard).to.deep.equal([{ from: 'berta', topic: 'bytes', bytes: all }]);
  });
});
