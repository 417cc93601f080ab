import { initLogger } from 'node-datachannel';
import { SyntheticConnection, layerSsrc, streams } from '../../load/synthetic-connection.js';
import { parseRtcp } from '../../media/embedded/rtp/rtcp.js';
import { levelId, peerCommand, ridId, type PeerCommand, type PeerReport, type Section } from './peer-messages.js';
import { encodedPictures, encodedSound, picturePackets } from './encoded-media.js';
import { audioPacket, interframe, keyframe, rtp, videoPacket } from './rtp.js';

/**
 * Holds WebRTC peers for a test in a separate process, because node-datachannel ends the process when a callback throws, and keeps
 * it from ending by itself.
 */
const packetEveryMs = 20;

class PeerInProcess {
  readonly #id: number;
  readonly #connection: SyntheticConnection;
  #sequence = 0;
  #sending: NodeJS.Timeout | undefined;

  constructor(id: number, sections: readonly Section[], bindAddress: string | undefined) {
    this.#id = id;
    this.#connection = new SyntheticConnection({
      name: `peer-${id}`,
      sections,
      bindAddress,
      onCandidate: (candidate, mid) => {
        report({ type: 'candidate', peer: id, candidate, mid });
      },
      onState: (state) => {
        report({ type: 'state', peer: id, state });
      },
      onRtp: (kind, packet) => {
        report({ type: 'received', peer: id, kind, sequence: packet.readUInt16BE(2) });
      },
      onRtcp: (_kind, packet) => {
        this.#hearControl(packet);
      },
      onFailure: (error) => {
        report({ type: 'failed', peer: id, message: String(error) });
      },
    });
    report({ type: 'offer', peer: id, sdp: this.#connection.offer });
  }

  obey(command: PeerCommand): void {
    switch (command.type) {
      case 'open':
        break;
      case 'answer':
        this.#connection.accept(command.sdp);
        break;
      case 'candidate':
        this.#connection.addCandidate(command.candidate, command.mid);
        break;
      case 'send':
        this.#sending ??= setInterval(() => {
          guard(this.#id, () => {
            this.#send(command.level);
          });
        }, packetEveryMs);
        break;
      case 'send video':
        for (let sequence = command.first; sequence <= command.last; sequence++) {
          const payload = sequence === command.first ? keyframe : interframe;
          this.#connection.send('video', rtp({ ...streams.video, sequence, payload }));
        }
        break;
      case 'play':
        this.#play(command.rids);
        break;
      case 'close':
        clearInterval(this.#sending);
        this.#connection.close();
        break;
      default:
        command satisfies never;
    }
  }

  #hearControl(packet: Buffer): void {
    report({ type: 'control', peer: this.#id, packetType: packet.readUInt8(1) });
    for (const part of parseRtcp(packet)) {
      if (part.type === 'pictureLoss') report({ type: 'keyframe wanted', peer: this.#id });
      if (part.type === 'bitrateLimit') report({ type: 'bitrate limit', peer: this.#id, bitrate: part.bitrate });
    }
  }

  /** A keyframe each second: whoever comes later waits no longer. */
  #play(rids: readonly string[] | undefined): void {
    const films = (rids ?? [undefined]).map((rid, layer) => {
      const size = rids ? ([160 * 2 ** layer, 120 * 2 ** layer] as const) : ([320, 240] as const);
      const names = rid === undefined ? {} : { layerName: { id: ridId, text: rid } };
      const ssrc = layerSsrc(layer);
      return {
        ...{ ssrc, names, sequence: 0 },
        film: encodedPictures({ codec: 'H264', size, seconds: 4, keyEvery: 25 }),
      };
    });
    const sound = encodedSound(4);
    const ticks = films[0]?.film.ticks ?? 0;
    const begun = performance.now();
    let pictures = 0;
    let sounds = 0;
    const due = (each: number, clockRate: number): number => ((performance.now() - begun) * clockRate) / 1_000 / each;
    this.#sending ??= setInterval(() => {
      guard(this.#id, () => {
        for (; pictures < due(ticks, 90_000); pictures += 1) {
          for (const stream of films) {
            const { ssrc, names, film } = stream;
            const picture = film.units[pictures % film.units.length] ?? Buffer.alloc(0);
            const header = { payloadType: streams.video.payloadType, ssrc, timestamp: pictures * film.ticks };
            for (const packet of picturePackets('H264', { ...header, ...names, sequence: stream.sequence }, picture)) {
              this.#connection.send('video', packet);
              stream.sequence = (stream.sequence + 1) & 0xffff;
            }
          }
        }
        for (; sounds < due(sound.ticks, 48_000); sounds += 1) {
          const payload = sound.units[sounds % sound.units.length] ?? Buffer.alloc(0);
          const header = { ...streams.audio, sequence: sounds & 0xffff, timestamp: sounds * sound.ticks };
          this.#connection.send('audio', rtp({ ...header, payload }));
        }
      });
    }, packetEveryMs);
  }

  #send(db: number | undefined): void {
    this.#sequence += 1;
    const level = db === undefined ? undefined : { id: levelId, db };
    this.#connection.send('audio', audioPacket(streams.audio, this.#sequence, level));
    this.#connection.send('video', videoPacket(streams.video, this.#sequence));
  }
}

const peers = new Map<number, PeerInProcess>();

function obey(command: PeerCommand): void {
  if (command.type === 'open') {
    peers.set(command.peer, new PeerInProcess(command.peer, command.sections, command.bindAddress));
    return;
  }
  peers.get(command.peer)?.obey(command);
  if (command.type === 'close') peers.delete(command.peer);
}

function guard(peer: number, action: () => void): void {
  try {
    action();
  } catch (error) {
    report({ type: 'failed', peer, message: String(error) });
  }
}

function report(message: PeerReport): void {
  // The tests may have gone between the look and the message.
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
}

initLogger('Fatal', () => undefined);
process.on('message', (message) => {
  const command = peerCommand.parse(message);
  guard(command.peer, () => {
    obey(command);
  });
});
process.on('disconnect', () => {
  // Not in good order: the library's own cleanup has been seen to abort while its threads still run.
  process.kill(process.pid, 'SIGKILL');
});
report({ type: 'ready' });
