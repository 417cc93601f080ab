import { Room, listDevices, openDevices, watchDevices } from '../client/atrium-client.js';
import { addTile, byId, forEachParticipant, forEachPublication, onClick, room, say, url, user } from './shared.js';

const menus = document.querySelector('form');

/** `devices`: an id and a label each. */
function fill(menu, devices, chosen) {
  menu.replaceChildren(...devices.map(({ id, label }) => new Option(label, id, false, id === chosen)));
  menu.parentElement.hidden = devices.length === 0; // some browsers list no loudspeakers
}

/** `changed` may fail: the device is used by another program, or gone. */
function onChoice(menu, changed) {
  menu.addEventListener('change', () => changed(menu.value).catch((error) => say(error.message)));
}

function addTileWithQuality(call, publication, name) {
  const caption = addTile(call, publication, name).querySelector('figcaption');
  const show = () => {
    const { state, quality } = publication;
    caption.textContent = state === 'live' ? `${name}: ${quality}` : `${name}: ${state}`;
  };
  publication.on('state', show);
  publication.on('quality', show);
  show();
}

onClick(byId('join'), async () => {
  const stream = await openDevices();
  const call = await Room.join({ url, room, user });
  byId('join').hidden = true;
  call.on('closed', (_reason, { message }) => say(message));

  const own = await call.publish(stream);
  own.on('deviceLost', (kind) => say(`The device for ${kind} is gone: choose another one.`));
  addTileWithQuality(call, own, 'You');
  forEachParticipant(call, (participant) => {
    forEachPublication(participant, (publication) => addTileWithQuality(call, publication, participant.name));
  });

  const used = (kind) => own.tracks.find((track) => track.kind === kind)?.getSettings().deviceId;
  const fillAll = (devices) => {
    fill(menus.cameras, devices.cameras, used('video'));
    fill(menus.microphones, devices.microphones, used('audio'));
    fill(menus.speakers, devices.speakers, call.speaker);
  };
  onChoice(menus.cameras, (id) => own.setCamera(id));
  onChoice(menus.microphones, (id) => own.setMicrophone(id));
  onChoice(menus.speakers, (id) => call.setSpeaker(id));
  watchDevices(fillAll);
  fillAll(await listDevices());
  menus.hidden = false;
});
