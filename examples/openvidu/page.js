// openvidu-browser defines it.
const { OpenVidu } = window;
const form = document.querySelector('#join');
const call = document.querySelector('#call');
const pictures = document.querySelector('#pictures');
const messages = document.querySelector('#messages');
const status = document.querySelector('[role=status]');
const microphone = document.querySelector('#microphone');
const camera = document.querySelector('#camera');

form.elements.room.value = new URLSearchParams(location.search).get('room') ?? 'garden';

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  form.hidden = true;
  status.textContent = 'Calling …';
  try {
    await join(form.elements.room.value, form.elements.user.value);
  } catch (error) {
    end(`That did not work: ${error.message}`);
  }
});

async function join(room, user) {
  const openVidu = new OpenVidu();
  openVidu.enableProdMode();
  const session = openVidu.initSession();

  session.on('streamCreated', ({ stream }) => {
    const figure = figureOf(stream, nameOf(stream.connection));
    session.subscribe(stream, figure);
  });
  session.on('streamDestroyed', ({ stream }) => document.getElementById(stream.streamId)?.remove());
  session.on('connectionDestroyed', ({ connection }) => write(`${nameOf(connection)} left.`));
  session.on('signal:chat', ({ from, data }) => write(data, nameOf(from)));
  session.on('reconnecting', () => (status.textContent = 'The connection is lost. Trying again …'));
  session.on('reconnected', () => (status.textContent = ''));
  session.on('sessionDisconnected', ({ reason }) => end(reason === 'disconnect' ? '' : `The call is over: ${reason}`));

  await session.connect(await tokenFor(room), { clientData: user });
  const publisher = await openVidu.initPublisherAsync(undefined, { resolution: '640x480', mirror: true });
  await session.publish(publisher);
  publisher.addVideoElement(videoIn(figureOf(publisher.stream, `${user} (you)`)));

  onOff(microphone, (isOn) => publisher.publishAudio(isOn));
  onOff(camera, (isOn) => publisher.publishVideo(isOn));
  document.querySelector('#leave').onclick = () => session.disconnect();
  document.querySelector('#say').onsubmit = (event) => {
    event.preventDefault();
    const line = event.target.elements.text;
    if (line.value.trim() !== '') session.signal({ type: 'chat', data: line.value });
    line.value = '';
  };
  document.querySelector('#room').textContent = room;
  call.hidden = false;
  status.textContent = '';
}

/** From the back end of this page. The server's secret stays there. */
async function tokenFor(room) {
  const response = await fetch('/token', { method: 'POST', body: JSON.stringify({ room }) });
  if (!response.ok) throw new Error('there is no token. Is the server there, and is the secret right?');
  return (await response.json()).token;
}

/** People of other protocols have a name in the same place. */
function nameOf(connection) {
  return JSON.parse(connection.data.split('%/%')[0]).clientData;
}

function figureOf(stream, name) {
  const figure = document.createElement('figure');
  const caption = document.createElement('figcaption');
  figure.id = stream.streamId;
  caption.textContent = name;
  figure.append(caption);
  pictures.append(figure);
  return figure;
}

function videoIn(figure) {
  const video = document.createElement('video');
  figure.prepend(video);
  return video;
}

function onOff(button, turn) {
  button.setAttribute('aria-pressed', 'true');
  button.onclick = () => {
    const isOn = button.getAttribute('aria-pressed') !== 'true';
    turn(isOn);
    button.setAttribute('aria-pressed', String(isOn));
  };
}

function write(text, name = '') {
  const line = document.createElement('p');
  const author = document.createElement('strong');
  author.textContent = name;
  line.append(author, ` ${text}`);
  messages.append(line);
  line.scrollIntoView({ block: 'nearest' });
}

function end(message) {
  pictures.replaceChildren();
  messages.replaceChildren();
  call.hidden = true;
  form.hidden = false;
  status.textContent = message;
}
