import { Room, openDevices } from '../client/atrium-client.js';
import { addTile, byId, forEachParticipant, forEachPublication, onClick, room, say, url, user } from './shared.js';

const join = byId('join');
const share = byId('share');

onClick(join, async () => {
  const camera = await openDevices();
  const call = await Room.join({ url, room, user });
  join.hidden = true;
  call.on('closed', (_reason, { message }) => say(message));

  addTile(call, await call.publish(camera), 'You');
  forEachParticipant(call, (participant) => {
    forEachPublication(participant, (publication) => {
      const isScreen = publication.source === 'screen';
      const tile = addTile(call, publication, isScreen ? `${participant.name}'s screen` : participant.name);
      tile.classList.toggle('screen', isScreen);
    });
  });

  // Phones cannot show their screen.
  share.hidden = !('getDisplayMedia' in navigator.mediaDevices);
  onClick(share, async () => {
    if (call.sharing) {
      await call.stopSharing();
      return;
    }
    const screen = await call.shareScreen();
    addTile(call, screen, 'Your screen').classList.add('screen');
  });
  // The user can end it in a bar of the browser too.
  call.on('sharing', (on) => (share.textContent = on ? 'Stop sharing' : 'Share screen'));
});
