import type { CallPage, Received, Way } from '../call-page.js';

declare global {
  interface Window {
    callPage: CallPage;
    /** Set by the bench to lose packets: gives the candidate to use instead of another one, or none. */
    insteadOf?: (candidate: string) => Promise<string | undefined>;
  }
}

type Params = Readonly<Record<string, unknown>>;

/** Messages between the pages of a direct call. They go by chat, so that signalling is the same for both ways. */
type Said = { readonly sdp: string; readonly type: 'offer' | 'answer' } | { readonly candidate: RTCIceCandidateInit };

/** One of the two pages of a call. The sending page is `sender` for both ways. */
class Caller {
  readonly #way: Way;
  readonly #room: string;
  readonly #user: string;
  readonly #answers = new Map<number, (result: Params) => void>();
  readonly #socket: WebSocket;
  #peer: RTCPeerConnection | undefined;
  #media: MediaStream | undefined;
  /** Candidates that arrived before their description. */
  #early: RTCIceCandidateInit[] = [];
  #lastId = 0;

  constructor(way: Way, room: string, user: string) {
    this.#way = way;
    this.#room = room;
    this.#user = user;
    this.#socket = new WebSocket(`${location.origin.replace('http', 'ws')}/room`);
    this.#socket.onmessage = ({ data }) => {
      this.#heard(JSON.parse(String(data)) as Params);
    };
  }

  async join(sends: boolean): Promise<void> {
    await new Promise((resolve) => {
      this.#socket.onopen = resolve;
    });
    await this.#ask('joinRoom', { user: this.#user, room: this.#room });
    if (!sends) return;
    this.#media = await navigator.mediaDevices.getUserMedia({ audio: true, video: { width: 640, height: 360 } });
    if (this.#way === 'direct') return;
    const peer = this.#connect();
    for (const track of this.#media.getTracks()) peer.addTransceiver(track, { direction: 'sendonly' });
    await peer.setLocalDescription();
    const { sdpAnswer } = await this.#ask('publishVideo', { sdpOffer: peer.localDescription?.sdp });
    await this.#describe({ type: 'answer', sdp: String(sdpAnswer) });
    await connected(peer);
  }

  async receive(): Promise<number> {
    const start = performance.now();
    const peer = this.#connect();
    const pictured = firstPicture(peer);
    peer.addTransceiver('audio', { direction: 'recvonly' });
    peer.addTransceiver('video', { direction: 'recvonly' });
    await peer.setLocalDescription();
    const sdp = peer.localDescription?.sdp ?? '';
    if (this.#way === 'direct') {
      await this.#say({ type: 'offer', sdp });
    } else {
      const { sdpAnswer } = await this.#ask('receiveVideoFrom', { sender: 'sender_webcam', sdpOffer: sdp });
      await this.#describe({ type: 'answer', sdp: String(sdpAnswer) });
    }
    return (await pictured) - start;
  }

  async received(): Promise<Received> {
    let received: Received = { bytes: 0, framesDecoded: 0, nacks: 0, frozen: 0, at: performance.now() };
    (await this.#peer?.getStats())?.forEach((entry: RTCInboundRtpStreamStats) => {
      if (entry.type !== 'inbound-rtp' || entry.kind !== 'video') return;
      const { bytesReceived = 0, framesDecoded = 0, nackCount = 0, totalFreezesDuration = 0 } = entry;
      const at = performance.now();
      received = { bytes: bytesReceived, framesDecoded, nacks: nackCount, frozen: totalFreezesDuration, at };
    });
    return received;
  }

  leave(): void {
    this.#peer?.close();
    for (const track of this.#media?.getTracks() ?? []) track.stop();
    this.#socket.close();
  }

  /** With a lossy path only one side gets candidates, those of the path. Otherwise the pages would find a direct path. */
  get #tellsCandidates(): boolean {
    return !window.insteadOf || (this.#way === 'direct' && this.#user === 'sender');
  }

  #connect(): RTCPeerConnection {
    const peer = new RTCPeerConnection();
    this.#peer = peer;
    peer.onicecandidate = ({ candidate }) => {
      if (!candidate || !this.#tellsCandidates) return;
      if (this.#way === 'direct') void this.#say({ candidate: candidate.toJSON() });
      else void this.#ask('onIceCandidate', { endpointName: 'sender', ...candidate.toJSON() });
    };
    return peer;
  }

  async #describe(description: RTCSessionDescriptionInit): Promise<void> {
    await this.#peer?.setRemoteDescription(description);
    for (const candidate of this.#early.splice(0)) await this.#add(candidate);
  }

  #candidate(candidate: RTCIceCandidateInit): void {
    if (this.#peer?.remoteDescription) void this.#add(candidate);
    else this.#early.push(candidate);
  }

  async #add(found: RTCIceCandidateInit): Promise<void> {
    const candidate = window.insteadOf ? await window.insteadOf(found.candidate ?? '') : found.candidate;
    if (candidate) await this.#peer?.addIceCandidate({ ...found, candidate });
  }

  async #told(said: Said): Promise<void> {
    if ('candidate' in said) {
      this.#candidate(said.candidate);
      return;
    }
    if (said.type === 'answer') {
      await this.#describe(said);
      return;
    }
    const peer = this.#connect();
    await peer.setRemoteDescription(said);
    for (const track of this.#media?.getTracks() ?? []) peer.addTrack(track);
    await peer.setLocalDescription();
    await this.#say({ type: 'answer', sdp: peer.localDescription?.sdp ?? '' });
    for (const candidate of this.#early.splice(0)) await this.#add(candidate);
  }

  #say(said: Said): Promise<unknown> {
    return this.#ask('sendMessage', {
      message: JSON.stringify(said),
      userMessage: this.#user,
      roomMessage: this.#room,
    });
  }

  #ask(method: string, params: Params): Promise<Params> {
    const id = (this.#lastId += 1);
    return new Promise((resolve) => {
      this.#answers.set(id, resolve);
      this.#socket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
    });
  }

  #heard({ id, result, error, method, params }: Params): void {
    if (error) throw new Error(JSON.stringify(error));
    if (typeof id === 'number') this.#answers.get(id)?.(result as Params);
    const told = params as Params | undefined;
    if (method === 'iceCandidate') this.#candidate(told as RTCIceCandidateInit);
    if (method === 'sendMessage' && told?.user !== this.#user)
      void this.#told(JSON.parse(String(told?.message)) as Said);
  }
}

interface RTCInboundRtpStreamStats extends RTCStats {
  readonly kind: string;
  readonly bytesReceived?: number;
  readonly framesDecoded?: number;
  readonly nackCount?: number;
  readonly totalFreezesDuration?: number;
}

/** The time at which the first frame was shown. */
function firstPicture(peer: RTCPeerConnection): Promise<number> {
  const video = document.createElement('video');
  video.autoplay = true;
  video.muted = true;
  document.body.replaceChildren(video);
  const stream = new MediaStream();
  video.srcObject = stream;
  peer.ontrack = ({ track }) => {
    stream.addTrack(track);
  };
  return new Promise((resolve) => {
    video.requestVideoFrameCallback((now) => {
      resolve(now);
    });
  });
}

function connected(peer: RTCPeerConnection): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (peer.connectionState === 'connected') resolve();
    };
    peer.onconnectionstatechange = look;
    look();
  });
}

let caller: Caller | undefined;

function present(): Caller {
  if (!caller) throw new Error('join comes first');
  return caller;
}

window.callPage = {
  async join(way, room, user, sends) {
    caller = new Caller(way, room, user);
    await caller.join(sends);
  },
  receive: () => present().receive(),
  received: () => present().received(),
  leave() {
    present().leave();
    return Promise.resolve();
  },
};
