import { Room } from '../client/index.js';
import { invitation, socketAddress } from './address.js';
import { CallPage } from './call-page.js';
import { explainEnd } from './explain.js';
import { fetchIceServers } from './ice-servers.js';
import { inspect, type Inspection } from './inspection.js';
import { JoinPage, type JoinWish } from './join-page.js';
import { LocalMedia } from './local-media.js';

declare global {
  interface Window {
    /** For tests and the console. */
    atrium?: { readonly room: Room | undefined; inspect(): Promise<Inspection> };
  }
}

const media = new LocalMedia();
const callPage = new CallPage(media);
const joinPage = new JoinPage(media, join);
let present: Room | undefined;

async function join({ name, room: roomName, listenOnly }: JoinWish): Promise<void> {
  const iceServers = await fetchIceServers(location.href);
  const room = new Room({ url: socketAddress(location.href), room: roomName, user: name, iceServers });
  await room.join();
  present = room;
  history.replaceState(null, '', invitation(location.href, roomName));
  if (listenOnly) media.close();
  joinPage.hide();
  callPage.start(room, (reason) => {
    present = undefined;
    media.close();
    joinPage.show(explainEnd(reason));
  });
  if (!listenOnly) void callPage.publish();
}

window.atrium = {
  get room() {
    return present;
  },
  inspect: () => inspect(present),
};

// The others are told at once, instead of when the server notices.
window.addEventListener('pagehide', () => void present?.leave());

joinPage.show();
