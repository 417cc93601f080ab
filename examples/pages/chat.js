import { Room } from '../client/atrium-client.js';
import { byId, onClick, room, say, url, user } from './shared.js';

const form = document.querySelector('form');

function showMessage({ name, text, at }) {
  const line = document.createElement('p');
  const sender = document.createElement('b');
  sender.textContent = name;
  line.append(sender, ` ${text} `, at.toLocaleTimeString([], { timeStyle: 'short' }));
  byId('messages').append(line);
  line.scrollIntoView({ block: 'nearest' });
}

function showReaction(name, text) {
  byId('reaction').textContent = `${text} ${name}`;
}

onClick(byId('join'), async () => {
  const call = await Room.join({ url, room, user });
  byId('join').hidden = true;
  byId('room').hidden = false;
  call.on('closed', (_reason, { message }) => say(message));

  // What was said before we came, then what is said: our own comes back too.
  call.messages.forEach(showMessage);
  call.on('message', showMessage);
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const text = form.text.value;
    form.reset();
    try {
      await call.chat(text);
    } catch (error) {
      form.text.value ||= text; // nobody has got it
      say(error.message);
    }
  });

  // Data is bytes with a topic. It goes to all others, and nothing is kept for newcomers.
  call.on('data', ({ from, topic, bytes }) => {
    if (topic !== 'reaction') return;
    const name = call.participants.get(from)?.name ?? from;
    showReaction(name, new TextDecoder().decode(bytes));
  });
  for (const button of byId('reactions').children) {
    onClick(button, async () => {
      await call.send('reaction', button.textContent);
      showReaction('You', button.textContent);
    });
  }
});
