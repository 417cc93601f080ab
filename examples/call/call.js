import { Room, openDevices } from 'http://localhost:8080/client/atrium-client.js';

const url = 'http://localhost:8080/room'.replace('http', 'ws');
const form = document.querySelector('form');
const pictures = document.querySelector('main');
const own = document.querySelector('#own');
const other = document.querySelector('#other');
const leave = document.querySelector('#leave');

form.elements.room.value = new URLSearchParams(location.search).get('room') ?? 'garden';

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  form.hidden = true;
  say('Calling …');
  try {
    await call(form.elements.room.value, form.elements.user.value);
  } catch (error) {
    // Of the client library: a sentence, with error.code and error.advice for a program.
    end(error.message);
  }
});

async function call(name, user) {
  const room = new Room({ url, room: name, user });
  room.on('participantJoined', meet);
  room.on('reconnecting', () => say('The connection is lost. Trying again …'));
  room.on('reconnected', () => say('Connected again.'));
  const stream = await openDevices();
  room.on('closed', () => {
    for (const track of stream.getTracks()) track.stop();
  });
  try {
    await room.join();
    if (room.participants.size > 1) throw new Error('Two people are in this room already.');
    show(own, stream);
    pictures.hidden = leave.hidden = false;
    leave.onclick = () => room.leave();
    say('Waiting for somebody to come.');
    for (const participant of room.participants.values()) meet(participant);
    await room.publish(stream);
  } catch (error) {
    await room.leave();
    throw error;
  }
  room.on('closed', (reason) => end(reason === 'left' ? '' : `The call is over: ${reason}.`));
}

/** Shows the pictures of the other one, now or when they come. */
function meet(participant) {
  participant.on('left', () => {
    show(other, null);
    say(`${participant.id} left.`);
  });
  participant.on('published', watch);
  for (const publication of participant.publications.values()) watch(publication);
  say(`${participant.id} is here.`);
}

function watch(publication) {
  publication.on('subscribed', ({ stream }) => show(other, stream));
  publication.on('closed', () => show(other, null));
}

function show(video, stream) {
  video.srcObject = stream;
}

function end(message) {
  show(own, null);
  show(other, null);
  pictures.hidden = leave.hidden = true;
  form.hidden = false;
  say(message);
}

function say(text) {
  document.querySelector('[role=status]').textContent = text;
}
