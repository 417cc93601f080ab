import { expect } from 'chai';
import { JsonLog } from '../../../../media/embedded/log.js';
import { guarded } from '../../../../media/embedded/transport/guarded.js';
import type { Library } from '../../../../media/embedded/transport/native-path.js';
import { NativeTransport } from '../../../../media/embedded/transport/native-transport.js';
import type { DataChannel } from '../../../../media/embedded/transport/transport.js';
import { NoCapacity } from '../../../../media/embedded/transport/transport.js';
import { until } from '../../../support/until.js';

type Callback = (...args: unknown[]) => void;

/**
 * Stands for node-datachannel where it misbehaves, which the real one does on a bad network or at the end of the process only,
 * and in its own threads.
 */
class FalteringLibrary {
  readonly callbacks = new Map<string, Callback>();
  configuration: unknown;
  offered = '';
  send: () => boolean = () => true;

  get library(): Library {
    // eslint-disable-next-line @typescript-eslint/no-this-alias
    const self = this;
    const on = (name: string) => (callback: Callback) => self.callbacks.set(name, callback);
    class Video {
      addVP8Codec(): void {
        // Nothing to keep.
      }
    }
    class PeerConnection {
      readonly onLocalCandidate = on('candidate');
      readonly onGatheringStateChange = on('gathering');
      readonly onDataChannel = on('channel');
      readonly onStateChange = on('state');
      constructor(_name: string, configuration: unknown) {
        self.configuration = configuration;
      }
      addTrack(): unknown {
        const onMessage = on('message');
        return { onMessage, onClosed: on('closed'), sendMessageBinary: () => self.send(), close: () => undefined };
      }
      setRemoteDescription(sdp: string): void {
        self.offered = sdp;
      }
      setLocalDescription(): void {
        // Answers with localDescription.
      }
      localDescription(): { sdp: string } {
        const fingerprint = 'a=fingerprint:sha-256 AA:BB';
        return { sdp: `o=rtc 12 1 IN IP4 0.0.0.0\na=ice-ufrag:u\na=ice-pwd:p\n${fingerprint}\na=setup:passive\n` };
      }
      close(): void {
        // The state follows.
      }
    }
    return { PeerConnection, Video } as unknown as Library;
  }
}

const remote = {
  ufrag: 'u',
  password: 'p',
  fingerprint: { algorithm: 'sha-256', value: 'AA:BB' },
  setup: 'active',
  candidates: [],
} as const;

describe('the transport on the native library', () => {
  function open() {
    const lines: string[] = [];
    const faltering = new FalteringLibrary();
    const options = {
      udpPorts: { first: 46500, last: 46599 },
      bindAddress: undefined,
      candidates: { announcedAddresses: [], families: ['ipv4', 'ipv6'], interfaces: [] },
      log: new JsonLog('info', (line) => lines.push(line)),
    } as const;
    const heard: string[] = [];
    const listener = {
      rtp: () => {
        throw new Error('a defect');
      },
      rtcp: () => heard.push('rtcp'),
      stateChanged: (state: string) => heard.push(state),
      candidateFound: (candidate: string) => heard.push(candidate),
      channelOpened: ({ label, id }: DataChannel) => heard.push(`${label} ${id} opened`),
      channelClosed: () => undefined,
      messageArrived: ({ id }: DataChannel, message: string | Buffer) => heard.push(`${id}: ${message.toString()}`),
      failed: (error: unknown) => heard.push(String(error)),
      gathered: () => heard.push('gathered'),
    };
    const places = { taken: 0, limit: 1 };
    const takePlace = (): (() => void) => {
      if (places.taken === places.limit) throw new NoCapacity('full');
      places.taken += 1;
      return () => (places.taken -= 1);
    };
    const gone = (): unknown => heard.push('gone');
    const transport = new NativeTransport(faltering.library, options, listener, gone, takePlace);
    transport.answer(remote, undefined, { sctpPort: 5000, maxMessageSize: 1000 });
    return { transport, faltering, lines, heard, places };
  }

  it('lets nothing out of a callback that would end the process', () => {
    const { faltering, heard } = open();
    expect(() => faltering.callbacks.get('message')?.(Buffer.alloc(20))).to.not.throw();
    expect(heard).to.include('Error: a defect');
    const lost: unknown[] = [];
    guarded(
      (error) => lost.push(error),
      () => {
        throw new TypeError('not even an error of ours');
      },
    )();
    expect(lost).to.have.lengthOf(1);
  });

  it('counts packets the library does not take, and says so once, at the end', () => {
    const { transport, faltering, lines } = open();
    const packet = Buffer.alloc(20);
    expect(transport.sendRtp(packet), 'not connected yet').to.equal(false);
    faltering.callbacks.get('state')?.('connected');
    expect(transport.sendRtp(packet)).to.equal(true);
    faltering.send = () => {
      throw new Error('SRTP protect error, status=10');
    };
    expect(transport.sendRtp(packet)).to.equal(false);
    faltering.send = () => false;
    expect(transport.sendRtcp(packet)).to.equal(false);
    expect(lines).to.deep.equal([]);
    transport.close();
    transport.close();
    expect(lines.map((line) => JSON.parse(line) as unknown)).to.deep.equal([
      { level: 'info', message: 'packets could not be sent', refused: 2 },
    ]);
  });

  it('waits for the handshake of the other side, keeps to its ports, and shares none of them', () => {
    const { faltering } = open();
    expect(faltering.offered).to.contain('a=setup:active');
    expect(faltering.configuration).to.deep.include({ iceServers: [], portRangeBegin: 46500, portRangeEnd: 46599 });
    expect(faltering.configuration).to.not.have.property('enableIceUdpMux');
  });

  it('tells the end of all candidates after them, and a channel before its messages and not after its end, when Node looks at them late', async () => {
    const { faltering, heard } = open();
    const candidate = 'candidate:1 1 UDP 1 192.0.2.1 9 typ host';
    faltering.callbacks.get('gathering')?.('complete');
    await new Promise((resolve) => setImmediate(resolve));
    faltering.callbacks.get('candidate')?.(`a=${candidate}`);
    await until('the end is told', () => heard.includes('gathered'));
    expect(heard).to.deep.equal([candidate, 'gathered']);
    const opens = (label: string): Map<string, Callback> => {
      const channel = new Map<string, Callback>();
      const on = (name: string) => (callback: Callback) => channel.set(name, callback);
      faltering.callbacks.get('channel')?.({
        ...{ onOpen: on('open'), onMessage: on('message'), onClosed: on('closed'), isOpen: () => false },
        ...{ getLabel: () => label, getProtocol: () => '', getId: () => 3, close: () => undefined },
      });
      return channel;
    };
    const chat = opens('chat');
    chat.get('message')?.('hello');
    chat.get('open')?.();
    const brief = opens('brief');
    brief.get('closed')?.();
    brief.get('open')?.();
    expect(heard.slice(2)).to.deep.equal(['chat 3 opened', '3: hello']);
  });

  it('is gone only when the library is done with both of its objects, and tells nothing meanwhile', () => {
    const { transport, faltering, heard } = open();
    transport.close();
    faltering.callbacks.get('candidate')?.('a=candidate:1 1 UDP 1 192.0.2.1 9 typ host');
    faltering.callbacks.get('closed')?.();
    expect(heard).to.deep.equal([]);
    faltering.callbacks.get('state')?.('closed');
    expect(heard).to.deep.equal(['gone']);
  });

  describe('with a path that is to replace another', () => {
    function restarted() {
      const opened = open();
      const { faltering, transport, heard } = opened;
      faltering.callbacks.get('state')?.('connected');
      const former = new Map(faltering.callbacks);
      expect(transport.restart(remote)).to.include({ ufrag: 'u', setup: 'passive' });
      heard.length = 0;
      return { ...opened, former, next: faltering.callbacks };
    }

    const end = (path: Map<string, Callback>): void => {
      path.get('closed')?.();
      path.get('state')?.('closed');
    };

    it('uses the former one until the new one is connected, which is told', () => {
      const { transport, heard, former, next, places } = restarted();
      former.get('state')?.('disconnected');
      former.get('candidate')?.('a=candidate:1 1 UDP 1 192.0.2.1 9 typ host');
      next.get('candidate')?.('a=candidate:2 1 UDP 1 192.0.2.2 9 typ host');
      former.get('message')?.(Buffer.from('80c8000080c80000', 'hex'));
      expect(transport.sendRtp(Buffer.alloc(20))).to.equal(true);
      expect(heard).to.deep.equal(['candidate:2 1 UDP 1 192.0.2.2 9 typ host', 'rtcp']);
      next.get('state')?.('connected');
      expect(heard.slice(2)).to.deep.equal(['checking', 'reachable', 'connected']);
      end(former);
      expect([places.taken, heard.length]).to.deep.equal([0, 5]);
      transport.close();
      end(next);
      expect(heard.slice(5)).to.deep.equal(['gone']);
    });

    it('goes on with the former one when the new one fails, if it can', () => {
      for (const state of ['connected', 'failed']) {
        const { transport, heard, former, next, places } = restarted();
        former.get('state')?.(state);
        next.get('state')?.('failed');
        expect(heard).to.deep.equal(state === 'failed' ? ['failed'] : []);
        end(next);
        expect(places.taken).to.equal(0);
        transport.close();
        end(former);
        expect(heard.at(-1)).to.equal('gone');
      }
    });

    it('takes no port more than there is place for', () => {
      const { transport, places } = restarted();
      expect(() => transport.restart(remote)).to.throw(NoCapacity);
      places.limit = 2;
      transport.restart(remote);
      expect(places.taken).to.equal(2);
    });

    it('is gone only when both have ended', () => {
      const { transport, heard, former, next } = restarted();
      transport.close();
      end(former);
      expect(heard).to.deep.equal([]);
      end(next);
      expect(heard).to.deep.equal(['gone']);
    });
  });
});
