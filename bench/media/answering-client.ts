import { PeerConnection } from 'node-datachannel';

/** References that keep objects alive for the library. */
const kept: unknown[] = [];

export interface AnsweringClientOptions {
  readonly name: string;
  readonly bindAddress: string;
  readonly offer: string;
  /** With all candidates. */
  readonly onAnswer: (sdp: string) => void;
  /** Called with the RTCPeerConnectionState. */
  readonly onState: (state: string) => void;
  readonly onPacket: (packet: Buffer) => void;
}

/** A WebRTC client that takes what is offered to it, and receives. Returns what sends RTCP. */
export function answeringClient(options: AnsweringClientOptions): (rtcp: Buffer) => void {
  const connection = new PeerConnection(options.name, {
    iceServers: [],
    disableAutoNegotiation: true,
    forceMediaTransport: true,
    bindAddress: options.bindAddress,
  });
  let tell: (rtcp: Buffer) => void = () => undefined;
  connection.onStateChange(options.onState);
  connection.onTrack((track) => {
    kept.push(track);
    track.onMessage(options.onPacket);
    tell = (rtcp) => {
      if (track.isOpen()) track.sendMessageBinary(rtcp);
    };
  });
  connection.onGatheringStateChange((state) => {
    if (state === 'complete') options.onAnswer(connection.localDescription()?.sdp ?? '');
  });
  kept.push(connection);
  connection.setRemoteDescription(options.offer, 'offer');
  connection.setLocalDescription('answer');
  return (rtcp) => {
    tell(rtcp);
  };
}
