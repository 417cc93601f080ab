import { expect } from 'chai';
import { JsonLog } from '../../../../media/embedded/log.js';
import type { Library } from '../../../../media/embedded/transport/native-transport.js';
import { guarded } from '../../../../media/embedded/transport/guarded.js';
import { NativeTransport } from '../../../../media/embedded/transport/native-transport.js';

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
      channelOpened: () => undefined,
      channelClosed: () => undefined,
      messageArrived: () => undefined,
      failed: (error: unknown) => heard.push(String(error)),
      gathered: () => heard.push('gathered'),
    };
    const transport = new NativeTransport(faltering.library, options, listener, () => heard.push('gone'));
    transport.answer({
      ufrag: 'u',
      password: 'p',
      fingerprint: { algorithm: 'sha-256', value: 'AA:BB' },
      setup: 'active',
      candidates: [],
    });
    return { transport, faltering, lines, heard };
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

  it('is gone only when the library is done with both of its objects, and tells nothing meanwhile', () => {
    const { transport, faltering, heard } = open();
    transport.close();
    faltering.callbacks.get('candidate')?.('a=candidate:1 1 UDP 1 192.0.2.1 9 typ host');
    faltering.callbacks.get('closed')?.();
    expect(heard).to.deep.equal([]);
    faltering.callbacks.get('state')?.('closed');
    expect(heard).to.deep.equal(['gone']);
  });
});
