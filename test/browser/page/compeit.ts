/** A page of the COMPEIT kind: the client of old, the Kurento agent's messages, a peer connection for each stream. */

interface OldSocket {
  on(event: string, listener: (argument: Message) => void): void;
  emit(event: string, ...args: unknown[]): void;
}

interface Message {
  readonly type?: string;
  readonly event?: string;
  readonly from?: number;
  readonly user?: { readonly id: number; readonly name: string };
  readonly data?: {
    readonly event?: string;
    readonly sdp_answer?: string;
    readonly sender?: number;
    readonly candidate?: RTCIceCandidateInit;
  };
}

interface Stream {
  readonly peer: RTCPeerConnection;
  readonly video: HTMLVideoElement;
  /** Candidates that came before the answer was set. */
  readonly early: RTCIceCandidateInit[];
}

declare const io: { connect(url: string, options: object): OldSocket };

const names = new Map<number, string>();
const received = new Map<number, Stream>();
const events: string[] = [];
const texts: string[] = [];
let sent: Stream | undefined;
let socket: OldSocket | undefined;
let own: number | undefined;

function ask(event: string, fields: object = {}): void {
  socket?.emit('server_message', { type: 'kurento', data: { event, ...fields } });
}

function open(sender?: number): Stream {
  const peer = new RTCPeerConnection();
  const video = document.createElement('video');
  video.autoplay = true;
  video.muted = true;
  document.body.append(video);
  peer.addEventListener('icecandidate', ({ candidate }) => {
    if (candidate) ask('on_ice_candidate', { candidate, ...(sender !== undefined && { sender }) });
  });
  peer.addEventListener('track', ({ streams: [stream] }) => {
    video.srcObject = stream ?? null;
  });
  return { peer, video, early: [] };
}

async function send(): Promise<void> {
  const media = await navigator.mediaDevices.getUserMedia({ audio: true, video: { width: 320, height: 240 } });
  sent = open();
  for (const track of media.getTracks()) sent.peer.addTrack(track, media);
  await sent.peer.setLocalDescription();
  ask('send_start', { offerSdp: sent.peer.localDescription?.sdp });
  for (const user of names.keys()) offerTo(user);
}

function offerTo(user: number): void {
  // As a string: pages of old read it from the document.
  socket?.emit('user_message', { to: String(user), type: 'kurento', data: { event: 'mediaOffer', width: 320 } });
}

async function receive(sender: number): Promise<void> {
  const stream = open(sender);
  received.set(sender, stream);
  stream.peer.addTransceiver('audio', { direction: 'recvonly' });
  stream.peer.addTransceiver('video', { direction: 'recvonly' });
  await stream.peer.setLocalDescription();
  ask('receive_start', { offerSdp: stream.peer.localDescription?.sdp, sender });
}

async function heard({ type, event = '', data }: Message): Promise<void> {
  if (type !== 'kurento') return;
  events.push(event);
  const stream = data?.sender === undefined ? sent : received.get(data.sender);
  if (!stream) return;
  if (data?.sdp_answer !== undefined) {
    await stream.peer.setRemoteDescription({ type: 'answer', sdp: data.sdp_answer });
    for (const candidate of stream.early.splice(0)) await stream.peer.addIceCandidate(candidate);
  } else if (data?.candidate) {
    if (stream.peer.remoteDescription) await stream.peer.addIceCandidate(data.candidate);
    else stream.early.push(data.candidate);
  }
}

async function playing([sender, { peer, video }]: [number, Stream]): Promise<object> {
  let frames = 0;
  let audioPackets = 0;
  for (const report of (await peer.getStats()).values() as Iterable<Record<string, unknown>>) {
    if (report.type !== 'inbound-rtp') continue;
    if (report.kind === 'video') frames += Number(report.framesDecoded ?? 0);
    else audioPackets += Number(report.packetsReceived ?? 0);
  }
  return { from: names.get(sender) ?? '', frames, audioPackets, width: video.videoWidth, time: video.currentTime };
}

Object.assign(window, {
  compeit: {
    /** Connects as `name`, joins, and sends. `token`: empty for none. */
    start: (name: string, room: number, transports: string[], token = '') => {
      socket = io.connect(`${location.origin}/connection_agent?name=${name}&token=${token}`, { transports });
      socket.on('connected', ({ user }) => {
        own = user?.id;
        socket?.emit('join_room', { room });
      });
      socket.on('room_joined', () => void send());
      socket.on('user_joined', ({ user }) => {
        if (!user || user.id === own) return;
        names.set(user.id, user.name);
        if (sent) offerTo(user.id);
      });
      socket.on('user_message', ({ from, data }) => {
        if (from !== undefined && data?.event === 'mediaOffer') void receive(from);
      });
      socket.on('server_message', (message) => void heard(message));
      socket.on('room_message', (message) => {
        if (message.type === 'chat') texts.push(`${message.user?.name ?? ''}: ${JSON.stringify(message.data)}`);
      });
    },
    say: (text: string) => {
      socket?.emit('room_message', { type: 'chat', data: text });
    },
    stop: () => {
      ask('send_stop');
    },
    inspect: async () => ({ events, texts, received: await Promise.all([...received].map(playing)) }),
  },
});
