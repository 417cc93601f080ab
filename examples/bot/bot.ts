/**
 * Plays a film or a sound into a room, for everybody who subscribes.
 *
 *   npx tsx examples/bot/bot.ts film.mp4 [ROOM] [SERVER]      ROOM: garden; SERVER: ws://localhost:8080/room
 *
 * ffmpeg encodes the file as VP8 and Opus and sends RTP to two local ports; werift is the WebRTC client that passes the packets on.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { MediaStreamTrack, RTCPeerConnection, useOPUS, useVP8 } from 'werift';
import { RoomClient } from './room-client.js';

const [file = '', room = 'garden', server = 'ws://localhost:8080/room'] = process.argv.slice(2);
const user = 'bot';

/** What ffmpeg makes of each kind. A keyframe each second: a subscriber that comes later waits no longer for its first picture. */
const encoders = {
  video: '-c:v libvpx -deadline realtime -cpu-used 8 -pix_fmt yuv420p -b:v 800k -force_key_frames expr:gte(t,n_forced)',
  audio: '-c:a libopus -ar 48000 -ac 2 -b:a 48k',
} as const;
type Kind = keyof typeof encoders;

const kinds = kindsIn(file);
if (kinds.length === 0) throw new Error(`ffprobe finds neither picture nor sound in "${file}"`);

const client = await RoomClient.connect(server);
const peer = new RTCPeerConnection({
  iceServers: [],
  bundlePolicy: 'max-bundle',
  codecs: { video: [useVP8()], audio: [useOPUS()] },
});
client.on('iceCandidate', ({ endpointName, candidate, sdpMid, sdpMLineIndex }) => {
  if (endpointName === user) void peer.addIceCandidate({ candidate, sdpMid, sdpMLineIndex });
});

const outputs: string[] = [];
for (const kind of kinds) {
  const track = new MediaStreamTrack({ kind });
  peer.addTransceiver(track, { direction: 'sendonly' });
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  socket.on('message', (packet) => {
    track.writeRtp(packet);
  });
  socket.unref();
  const { port } = socket.address();
  outputs.push(...`-map 0:${kind[0]}:0 ${encoders[kind]} -f rtp rtp://127.0.0.1:${port}?pkt_size=1200`.split(' '));
}

await client.request('joinRoom', { user, room });
await peer.setLocalDescription(await peer.createOffer());
const { sdpAnswer } = await client.request('publishVideo', { sdpOffer: peer.localDescription?.sdp, doLoopback: false });
await peer.setRemoteDescription({ type: 'answer', sdp: sdpAnswer as string });
await peer.connectionStateChange.watch((state) => state === 'connected', 20_000);

// -re: as fast as it is to be seen, not as fast as it can be read.
const ffmpeg = spawn('ffmpeg', ['-loglevel', 'error', '-re', '-i', file, ...outputs], {
  stdio: ['ignore', 'ignore', 2],
});
process.stdout.write(`Playing ${file} (${kinds.join(' and ')}) in room ${room}\n`);
process.once('SIGINT', () => ffmpeg.kill());
process.once('SIGTERM', () => ffmpeg.kill());
client.on('roomClosed', () => ffmpeg.kill());
await once(ffmpeg, 'exit');

await client.close();
await peer.close();
// Sockets of werift would keep the process alive.
process.exit();

function kindsIn(path: string): Kind[] {
  const asked = ['-v', 'error', '-show_entries', 'stream=codec_type', '-of', 'csv=p=0', path];
  const { error, stdout } = spawnSync('ffprobe', asked, { encoding: 'utf8' });
  if (error) throw new Error('The bot needs ffmpeg: install it', { cause: error });
  return (['video', 'audio'] as const).filter((kind) => stdout.split(/\s+/).includes(kind));
}
