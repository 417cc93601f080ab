import { expect } from 'chai';
import { DataChannels } from '../../../../media/embedded/objects/data-channels.js';
import type { DataChannel } from '../../../../media/embedded/transport/transport.js';

/** A channel whose reader takes nothing until the test says so. */
class StuckChannel implements DataChannel {
  readonly protocol = '';
  readonly sent: (string | Buffer)[] = [];
  closed = false;
  waiting = 0;

  constructor(
    readonly id: number,
    readonly label: string,
  ) {}

  send(message: string | Buffer): boolean {
    this.sent.push(message);
    this.waiting += Buffer.byteLength(message);
    return true;
  }

  close(): void {
    this.closed = true;
  }
}

describe('the data channels of an endpoint', () => {
  const path = { label: 'chat', protocol: '' };

  function channels(canOpen = true): { all: DataChannels; asked: string[]; told: string[] } {
    const [asked, told]: [string[], string[]] = [[], []];
    const all = new DataChannels({
      open: ({ label }) => {
        asked.push(label);
        return canOpen;
      },
      opened: ({ id }) => told.push(`opened ${id}`),
      closed: ({ id }) => told.push(`closed ${id}`),
    });
    return { all, asked, told };
  }

  it('are opened when something is to be sent, once, and what was to be sent meanwhile follows in order', () => {
    const { all, asked } = channels();
    all.send(path, 'one');
    all.send(path, 'two');
    expect(asked).to.deep.equal(['chat']);
    const channel = new StuckChannel(1, 'chat');
    all.opened(channel);
    all.send(path, 'three');
    expect(channel.sent).to.deep.equal(['one', 'two', 'three']);
  });

  it('lose nothing when the channel is open at once', () => {
    const channel = new StuckChannel(1, 'chat');
    const all: DataChannels = new DataChannels({
      open: () => {
        all.opened(channel);
        return true;
      },
      opened: () => undefined,
      closed: () => undefined,
    });
    all.send(path, 'one');
    all.send(path, 'two');
    expect(channel.sent).to.deep.equal(['one', 'two']);
  });

  it('end when their reader is a megabyte behind, and both sides know', () => {
    const { all, told } = channels();
    const channel = new StuckChannel(1, 'chat');
    all.opened(channel);
    for (let times = 0; times < 11; times += 1) all.send(path, Buffer.alloc(100_000));
    expect(channel.sent).to.have.lengthOf(10);
    expect(channel.closed).to.equal(true);
    expect(told).to.deep.equal(['opened 1', 'closed 1']);
    all.closed(channel);
    expect(told, 'told once').to.have.lengthOf(2);
  });

  it('keep no more than 64 messages for a channel that does not open, and none where none can be opened', () => {
    const { all } = channels();
    for (let times = 0; times < 100; times += 1) all.send(path, String(times));
    const late = new StuckChannel(1, 'chat');
    all.opened(late);
    expect(late.sent).to.have.lengthOf(64);
    const none = channels(false);
    none.all.send(path, 'lost');
    const channel = new StuckChannel(1, 'chat');
    none.all.opened(channel);
    expect(channel.sent).to.deep.equal([]);
  });

  it('keep no more than a megabyte for all the channels that do not open', () => {
    const { all } = channels();
    for (let label = 0; label < 30; label += 1) all.send({ label: String(label), protocol: '' }, Buffer.alloc(100_000));
    const opened = Array.from({ length: 30 }, (_, label) => new StuckChannel(label, String(label)));
    for (const channel of opened) all.opened(channel);
    expect(opened.flatMap(({ sent }) => sent)).to.have.lengthOf(10);
    all.send({ label: 'one more', protocol: '' }, 'once the others are open');
    const last = new StuckChannel(31, 'one more');
    all.opened(last);
    expect(last.sent).to.deep.equal(['once the others are open']);
  });

  it('are asked for once more when one was closed before it was open', () => {
    const { all, asked, told } = channels();
    all.send(path, 'lost with the channel');
    all.closed(new StuckChannel(-1, 'chat'));
    all.send(path, 'after it');
    expect(asked).to.deep.equal(['chat', 'chat']);
    const channel = new StuckChannel(2, 'chat');
    all.opened(channel);
    expect(channel.sent).to.deep.equal(['after it']);
    expect(told, 'nobody heard of the first').to.deep.equal(['opened 2']);
  });

  it('count what goes and comes', () => {
    const { all } = channels();
    const channel = new StuckChannel(4, 'chat');
    all.opened(channel);
    all.send(path, 'four');
    all.arrived(channel, Buffer.alloc(7));
    expect(all.find(4)).to.equal(channel);
    expect(all.all[0]).to.deep.include({ messagesSent: 1, bytesSent: 4, messagesReceived: 1, bytesReceived: 7 });
  });
});
