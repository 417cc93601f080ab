import { expect } from 'chai';
import { Room } from '../../client/room.js';
import { Chat, daysAgo, inDays } from '../../demo/model/chat.js';
import type { Message } from '../../demo/model/chat.js';
import { until } from '../support/until.js';
import { inBrowserWorld } from '../client/browser-world.js';
import { ScriptedServer, unknownSession, type Visit } from '../client/scripted-server.js';

const at = 1_796_083_200_000;

describe('the chat as the page shows it', () => {
  inBrowserWorld();
  let server: ScriptedServer;
  let room: Room;
  let chat: Chat;
  let missed: string[];
  /** What the server does with a text: it says it, refuses it, or loses it. */
  let fate: 'said' | 'refused' | 'lost';
  let said: number;

  const joinedWith = (sessionId: string, messages: readonly object[]): object => ({
    result: { value: [{ id: 'berta' }], sessionId, messages },
  });
  const kept = [{ id: 'm-0', at, user: 'carla', message: 'before' }];

  beforeEach(async () => {
    [missed, fate, said] = [[], 'said', 0];
    server = await ScriptedServer.start(({ id, method, params }, visit) => {
      if (method === 'connect') return unknownSession;
      if (method === 'joinRoom') return joinedWith(`session ${String(visit.number)}`, visit.number === 1 ? kept : []);
      if (method !== 'sendMessage') return { result: {} };
      if (fate === 'lost') return undefined;
      if (fate === 'refused') return { error: { code: 999, message: 'too long' } };
      visit.reply(id, { result: {} });
      tell(visit, 'ana', String(params.message));
      return undefined;
    });
    room = new Room({ url: server.url, room: 'garden', user: 'ana' });
    await room.join();
    chat = new Chat(room, ({ from, text }) => missed.push(`${from}: ${text}`));
  });

  afterEach(async () => {
    await room.leave();
    server.stop();
  });

  function tell(visit: Visit | undefined, user: string, message: string): void {
    visit?.tell('sendMessage', { room: 'garden', user, message, id: `said ${String(said++)}`, at });
  }
  const texts = (): string[] => chat.messages.value.map(({ own, text }) => (own ? `own ${text}` : text));
  const unsent = (): string[] => chat.unsent.value.map(({ text, failed }) => (failed ? `${text} failed` : text));

  it('begins with what was said before, which nobody has missed', () => {
    expect(texts()).to.deep.equal(['before']);
    expect(chat.unread.value).to.equal(0);
  });

  it('counts what comes while it is hidden, and not what comes while it is shown', async () => {
    tell(server.visits[0], 'berta', 'one');
    await until('it came', () => texts().length === 2);
    expect([chat.unread.value, missed]).to.deep.equal([1, ['berta: one']]);
    chat.show(true);
    expect(chat.unread.value).to.equal(0);
    tell(server.visits[0], 'berta', 'two');
    chat.say('mine');
    await until('both came', () => texts().length === 4);
    expect([chat.unread.value, missed]).to.deep.equal([0, ['berta: one']]);
    expect(texts()).to.have.members(['before', 'one', 'two', 'own mine']);
  });

  it('shows a message of the user at once, until it comes back', async () => {
    chat.say('hello');
    expect(unsent()).to.deep.equal(['hello']);
    await until('it came back', () => texts().includes('own hello'));
    expect(unsent()).to.deep.equal([]);
  });

  it('keeps a message that was not sent, which can be sent again or deleted', async () => {
    fate = 'refused';
    chat.say('one');
    chat.say('two');
    await until('both are refused', () => unsent().join() === 'one failed,two failed');
    const [one, two] = chat.unsent.value;
    if (!one || !two) throw new Error('they are gone');
    fate = 'said';
    chat.sayAgain(two);
    expect(unsent()).to.deep.equal(['one failed', 'two']);
    await until('it came back', () => texts().includes('own two'));
    chat.forget(one);
    expect(unsent()).to.deep.equal([]);
  });

  it('shows one as not sent that was lost with the connection, and as sent when it was said after all', async () => {
    fate = 'lost';
    chat.say('lost');
    await until('the server has it', () => server.heard.includes('1 sendMessage'));
    server.visits[0]?.cut();
    await until('the page knows that it is lost', () => unsent().join() === 'lost failed');
    await until('the client is back', () => server.heard.includes('2 joinRoom') && room.joined);
    tell(server.visits[1], 'ana', 'lost');
    await until('it came', () => texts().includes('own lost'));
    expect(unsent()).to.deep.equal([]);
  });

  it('lets nobody write that may not', async () => {
    expect(chat.mayWrite.value).to.equal(true);
    const grants = {
      canPublish: true,
      canPublishData: false,
      canSubscribe: true,
      canPublishSources: [],
      roomAdmin: false,
    };
    server.visits[0]?.tell('grantsChanged', { grants });
    await until('the page knows', () => !chat.mayWrite.value);
  });
});

describe('days and senders in the chat', () => {
  const today = new Date(2026, 10, 28, 12);
  const message = (from: string, time: Date): Message => {
    return { id: String(time.getTime()), from, name: from, text: '', own: false, at: time };
  };

  it('are said where they change, and a sender after a pause', () => {
    const shown = inDays(
      [
        message('ana', new Date(2026, 10, 27, 23, 58)),
        message('ana', new Date(2026, 10, 28, 0, 1)),
        message('ana', new Date(2026, 10, 28, 0, 2)),
        message('berta', new Date(2026, 10, 28, 0, 3)),
        message('berta', new Date(2026, 10, 28, 0, 9)),
      ],
      today,
    );
    expect(shown.map(({ beginsDay, showsSender }) => [beginsDay, showsSender])).to.deep.equal([
      [true, true],
      [true, true],
      [false, false],
      [false, true],
      [false, true],
    ]);
    expect(inDays([message('ana', today)], today)[0]?.beginsDay, 'today goes without saying').to.equal(false);
  });

  it('are counted by the calendar of the user, also over a change of the clocks', () => {
    expect(daysAgo(new Date(2026, 10, 28, 0, 0), today)).to.equal(0);
    expect(daysAgo(new Date(2026, 10, 27, 23, 59), today)).to.equal(1);
    expect(daysAgo(new Date(2026, 9, 24), new Date(2026, 9, 26))).to.equal(2);
  });
});
