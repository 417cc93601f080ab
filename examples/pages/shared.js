/** Asked for in the address: chat.html?room=garden&user=Ana. */
const asked = new URLSearchParams(location.search);
export const room = asked.get('room') || 'garden';
export const user = asked.get('user') || `Guest ${1 + Math.floor(Math.random() * 999)}`;

/** The server is one folder above these pages. On a site of your own: https://conference.example/ */
export const url = '../';

export const byId = (id) => document.getElementById(id);

export function say(text) {
  document.querySelector('[role=status]').textContent = text;
}

/** Does it at every click of the button, one at a time, and says what went wrong: each error has a message for people. */
export function onClick(button, action) {
  button.addEventListener('click', async () => {
    button.disabled = true;
    say('');
    try {
      await action();
    } catch (error) {
      say(error.message);
    }
    button.disabled = false;
  });
}

/** Calls back for each participant that is in the room, and for each that comes. */
export function forEachParticipant(call, show) {
  call.participants.forEach(show);
  call.on('participantJoined', show);
}

/** Calls back for each stream that the participant publishes, now or later. */
export function forEachPublication(participant, show) {
  participant.publications.forEach(show);
  participant.on('published', show);
}

/** A tile that shows a publication until it ends: a picture with a text below it. */
export function addTile(call, publication, text) {
  const tile = document.createElement('figure');
  const video = document.createElement('video');
  const caption = document.createElement('figcaption');
  video.playsInline = true; // iPhones would show it on the whole screen
  caption.textContent = text;
  tile.append(video, caption);
  byId('tiles').append(tile);
  call.attach(publication, video);
  publication.on('closed', () => tile.remove());
  return tile;
}
