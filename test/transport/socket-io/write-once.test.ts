import { EventEmitter } from 'node:events';
import { expect } from 'chai';
import type { Socket } from 'socket.io';
import { writeOncePerTurn } from '../../../transport/socket-io/write-once.js';
import { WriteTurn } from '../../../transport/write-turn.js';
import { EasyRtcStage } from '../../dialects/easyrtc/stage.js';

/** A socket like that of Engine.IO, which flushes after each packet. */
class FakeEngine extends EventEmitter {
  readonly log: string[] = [];
  readonly transport = {
    writable: true,
    socket: { _socket: { cork: () => this.log.push('cork'), uncork: () => this.log.push('uncork') } },
  };
  writeBuffer: string[] = [];

  write(packet: string): void {
    this.writeBuffer.push(packet);
    this.flush();
  }

  flush(): void {
    this.log.push(this.writeBuffer.join(' '));
    this.writeBuffer = [];
  }
}

const turnIsOver = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('one write in a turn', () => {
  it('has all packets of the turn in order, and an empty turn writes nothing', async () => {
    const engine = new FakeEngine();
    writeOncePerTurn(engine as unknown as Socket['conn'], new WriteTurn());
    engine.write('a');
    engine.write('b');
    expect(engine.log).to.deep.equal([]);
    await turnIsOver();
    expect(engine.log).to.deep.equal(['cork', 'a b', 'uncork']);
    engine.flush();
    await turnIsOver();
    expect(engine.log).to.have.lengthOf(3);
  });

  it('waits for a transport that is busy', async () => {
    const engine = new FakeEngine();
    writeOncePerTurn(engine as unknown as Socket['conn'], new WriteTurn());
    engine.transport.writable = false;
    engine.write('a');
    await turnIsOver();
    expect(engine.log).to.deep.equal([]);
    engine.transport.writable = true;
    engine.flush();
    await turnIsOver();
    expect(engine.log).to.deep.equal(['cork', 'a', 'uncork']);
  });
});

describe('one write in a turn, in Socket.IO', () => {
  const stage = EasyRtcStage.use();

  it('reaches clients that poll and that upgrade, and includes the last packets before the end', async () => {
    for (const transports of [['polling'], ['polling', 'websocket'], ['websocket']]) {
      const ana = await stage.enter({}, { transports });
      const answers = ['getRoomList', 'getIceConfig', 'none'].map((msgType) => ana.command(msgType));
      expect((await Promise.all(answers)).map(({ msgType }) => msgType)).to.deep.equal([
        'roomList',
        'iceConfig',
        'error',
      ]);
      expect(await ana.refusal('easyrtcAuth', null)).to.equal('LOGIN_BAD_AUTH');
      await ana.closed;
    }
  });
});
