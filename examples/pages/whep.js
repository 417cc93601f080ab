import { byId, onClick, room, say, url, user } from './shared.js';

/** Receives one participant over WHEP, without the browser library: whep.html?room=garden&user=obs. Nobody in the room sees the player. */
onClick(byId('play'), async () => {
  const connection = new RTCPeerConnection();
  const stream = new MediaStream();
  connection.ontrack = ({ track }) => stream.addTrack(track);
  for (const kind of ['audio', 'video']) connection.addTransceiver(kind, { direction: 'recvonly' });
  await connection.setLocalDescription();
  const answer = await fetch(`${url}whep/${encodeURIComponent(room)}/${encodeURIComponent(user)}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/sdp' }, // with tokens also: Authorization: `Bearer ${token}`
    body: connection.localDescription.sdp,
  });
  if (!answer.ok) throw new Error(await answer.text());
  await connection.setRemoteDescription({ type: 'answer', sdp: await answer.text() });
  byId('picture').srcObject = stream;
  await byId('picture').play();
  byId('play').hidden = true;
  connection.onconnectionstatechange = () => say(connection.connectionState === 'connected' ? '' : 'It has ended.');
  addEventListener('pagehide', () => fetch(answer.headers.get('Location'), { method: 'DELETE', keepalive: true }));
});
