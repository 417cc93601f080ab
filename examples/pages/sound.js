import { Room, Speakers, openDevices } from '../client/atrium-client.js';
import { byId, forEachParticipant, forEachPublication, onClick, room, say, url, user } from './shared.js';

/** By user name. */
const lines = new Map();

function addLine(id, name) {
  const line = document.createElement('li');
  line.textContent = name;
  byId('people').append(line);
  lines.set(id, line);
  return line;
}

function addParticipant(call, participant) {
  const line = addLine(participant.id, participant.name);
  participant.on('left', () => line.remove());
  forEachPublication(participant, (publication) => {
    call.attach(publication, new Audio()); // it is heard without being in the page
    const showMuted = () => line.classList.toggle('muted', publication.muted.includes('audio'));
    publication.on('muted', showMuted);
    publication.on('unmuted', showMuted);
    showMuted();
  });
}

onClick(byId('join'), async () => {
  const microphone = await openDevices({ camera: false });
  const call = await Room.join({ url, room, user });
  byId('join').hidden = true;
  call.on('closed', (_reason, { message }) => say(message));

  const own = addLine(call.user, `${call.user} (you)`);
  forEachParticipant(call, (participant) => addParticipant(call, participant));

  const publication = await call.publish(microphone);
  const mute = byId('mute');
  mute.hidden = false;
  onClick(mute, () => {
    const muted = !publication.isMuted('audio');
    publication.mute('audio', muted);
    mute.setAttribute('aria-pressed', muted);
    own.classList.toggle('muted', muted);
  });

  new Speakers(call).on('changed', (speaking) => {
    for (const [id, line] of lines) line.classList.toggle('speaks', speaking.includes(id));
  });
});
