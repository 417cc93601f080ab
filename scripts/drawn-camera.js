/* global document, navigator, window, AudioContext, MediaStream */
/**
 * Runs in a page, before the page's own code: in place of the browser's green test picture the camera gives a drawn person, so that
 * screenshots look like a call. `window.cast` says who: a number. The microphone is silent. Everything behind the camera is real.
 */
const people = [
  { wall: ['#f3d9b1', '#d99a6c'], shirt: '#2f6f73', skin: '#e8b48f', hair: '#3a2418', style: 'long', extra: 'plant' },
  { wall: ['#a9c9d8', '#5f8fae'], shirt: '#d9a441', skin: '#8d5a3a', hair: '#1c1512', style: 'curls', extra: 'shelf' },
  { wall: ['#cfd8bd', '#8fa678'], shirt: '#7a3b52', skin: '#f0c8a8', hair: '#b5602c', style: 'short', extra: 'window' },
  { wall: ['#d8c9dd', '#9a85a8'], shirt: '#33513f', skin: '#b97d56', hair: '#20160f', style: 'long', extra: 'shelf' },
  { wall: ['#e5e0d5', '#a79c88'], shirt: '#34507a', skin: '#f3d2b6', hair: '#8a8680', style: 'short', extra: 'plant' },
  { wall: ['#f0c9bd', '#c1826f'], shirt: '#ece4d4', skin: '#6b4129', hair: '#120d0b', style: 'curls', extra: 'window' },
  { wall: ['#b7d3c4', '#6d9c88'], shirt: '#b4553f', skin: '#e5ac84', hair: '#5d3a1e', style: 'short', extra: 'shelf' },
  { wall: ['#c5cde3', '#7d8bb5'], shirt: '#8b6a3c', skin: '#f2cdb0', hair: '#d0a050', style: 'long', extra: 'window' },
  { wall: ['#efe3b8', '#c5a95c'], shirt: '#4a3f63', skin: '#a4704a', hair: '#2b1b12', style: 'curls', extra: 'plant' },
];
const width = 960;
const height = 540;

const canvas = document.createElement('canvas');
// In a large call each picture is small, and one machine draws, encodes and decodes them all.
const scale = (window.cast ?? 0) < 4 ? 1 : 1 / 3;
canvas.width = width * scale;
canvas.height = height * scale;
const pen = canvas.getContext('2d');
pen.scale(scale, scale);
const person = people[(window.cast ?? 0) % people.length];
let tick = (window.cast ?? 0) * 37;

function ellipse(color, x, y, rx, ry) {
  pen.fillStyle = color;
  pen.beginPath();
  pen.ellipse(x, y, rx, ry, 0, 0, 2 * Math.PI);
  pen.fill();
}

function box(color, x, y, width, height, radius = 0) {
  pen.fillStyle = color;
  pen.beginPath();
  pen.roundRect(x, y, width, height, radius);
  pen.fill();
}

function drawRoom() {
  const gradient = pen.createLinearGradient(0, 0, width, height);
  gradient.addColorStop(0, person.wall[0]);
  gradient.addColorStop(1, person.wall[1]);
  box(gradient, 0, 0, width, height);
  if (person.extra === 'plant') {
    box('#b5653f', 745, 400, 90, 140, 10);
    for (let leaf = -3; leaf <= 3; leaf++) {
      pen.save();
      pen.translate(790, 405);
      pen.rotate(leaf * 0.36 + Math.sin(tick / 40 + leaf) * 0.02);
      ellipse(leaf % 2 ? '#4b7d51' : '#5f9463', 0, -85, 22, 92);
      pen.restore();
    }
    box('#fff4e3', 110, 70, 150, 190, 8);
    ellipse('#e7a46b', 185, 165, 48, 48);
  }
  if (person.extra === 'shelf') {
    for (const y of [150, 310]) {
      box('#6b4a35', 640, y, 270, 14, 4);
      const books = ['#d9694a', '#f2d492', '#3d6b7d', '#e9efe9', '#8a5a83', '#d9a441'];
      books.forEach((color, index) =>
        box(color, 655 + index * 34, y - 70 - (index % 3) * 14, 26, 70 + (index % 3) * 14, 3),
      );
    }
    ellipse('#f7e7b0', 150, 120, 60, 60);
  }
  if (person.extra === 'window') {
    box('#f5f3ea', 80, 50, 270, 330, 12);
    box('#bfe0ee', 98, 68, 234, 294, 6);
    ellipse('#ffffff', 160 + ((tick / 3) % 120), 150, 46, 20);
    ellipse('#8fb98a', 210, 362, 130, 60);
    box('#f5f3ea', 209, 60, 12, 310);
    box('#d9c3a3', 690, 90, 150, 110, 6);
    ellipse('#a06a4b', 765, 145, 34, 34);
  }
}

function drawHairBehind(x, y) {
  if (person.style === 'long') {
    ellipse(person.hair, x, y - 20, 112, 128);
    box(person.hair, x - 112, y - 10, 224, 190, 60);
  }
  if (person.style === 'curls')
    for (let angle = 0; angle < 12; angle++)
      ellipse(
        person.hair,
        x + Math.cos((angle / 6) * Math.PI) * 88,
        y - 48 + Math.sin((angle / 6) * Math.PI) * 78,
        46,
        46,
      );
}

function drawHairInFront(x, y) {
  pen.save();
  pen.beginPath();
  pen.ellipse(x, y, 90, 112, 0, 0, 2 * Math.PI);
  pen.clip();
  if (person.style === 'long') ellipse(person.hair, x + 46, y - 112, 130, 70);
  if (person.style === 'curls') ellipse(person.hair, x, y - 118, 110, 58);
  pen.restore();
  if (person.style === 'short') {
    pen.fillStyle = person.hair;
    pen.beginPath();
    pen.moveTo(x - 96, y - 10);
    pen.bezierCurveTo(x - 112, y - 150, x + 112, y - 165, x + 97, y - 10);
    pen.bezierCurveTo(x + 84, y - 74, x + 30, y - 84, x - 20, y - 72);
    pen.bezierCurveTo(x - 60, y - 66, x - 84, y - 50, x - 96, y - 10);
    pen.fill();
    ellipse(person.hair, x, y + 92, 62, 34);
    ellipse(person.skin, x, y + 66, 60, 34);
  }
}

function drawFace(x, y) {
  for (const side of [-1, 1]) {
    ellipse('#ffffff', x + side * 34, y + 4, 13, 11);
    ellipse('#2b1d16', x + side * 34 + Math.sin(tick / 30) * 2, y + 4, 7, 8);
    box(person.hair, x + side * 34 - 18, y - 24, 36, 7, 4);
    ellipse('rgb(220 110 90 / 22%)', x + side * 54, y + 34, 18, 12);
  }
  pen.lineCap = 'round';
  pen.lineWidth = 5;
  pen.strokeStyle = 'rgb(90 40 30 / 45%)';
  pen.beginPath();
  pen.moveTo(x + 2, y + 10);
  pen.quadraticCurveTo(x + 12, y + 34, x - 4, y + 34);
  pen.stroke();
  pen.strokeStyle = '#8f3b36';
  pen.lineWidth = 6;
  pen.beginPath();
  pen.moveTo(x - 26, y + 58);
  pen.quadraticCurveTo(x, y + 76 + Math.sin(tick / 25) * 4, x + 26, y + 58);
  pen.stroke();
}

function draw() {
  tick += 1;
  const x = width / 2 + Math.sin(tick / 50) * 8;
  const y = 238 + Math.sin(tick / 35) * 4;
  drawRoom();
  drawHairBehind(x, y);
  box(person.shirt, x - 215, 400, 430, 240, 120);
  box(person.skin, x - 42, y + 70, 84, 130, 40);
  ellipse('rgb(0 0 0 / 12%)', x, y + 116, 44, 26);
  ellipse(person.skin, x - 92, y + 14, 16, 24);
  ellipse(person.skin, x + 92, y + 14, 16, 24);
  ellipse(person.skin, x, y, 90, 112);
  drawHairInFront(x, y);
  drawFace(x, y);
}

draw();
setInterval(draw, 1000 / 15);

navigator.mediaDevices.getUserMedia = ({ audio, video }) => {
  const tracks = [];
  if (video)
    tracks.push(
      ...canvas
        .captureStream(15)
        .getVideoTracks()
        .map((track) => track.clone()),
    );
  if (audio) tracks.push(...hum().getAudioTracks());
  return Promise.resolve(new MediaStream(tracks));
};

/** Hardly to be heard, unless the page is loud: so that packets of sound go out. */
function hum() {
  const context = new AudioContext();
  const [tone, quiet, out] = [context.createOscillator(), context.createGain(), context.createMediaStreamDestination()];
  quiet.gain.value = window.isLoud ? 0.2 : 0.001;
  tone.connect(quiet).connect(out);
  tone.start();
  return out.stream;
}

/** A page of a plan, as somebody would present it. */
navigator.mediaDevices.getDisplayMedia = () => {
  const page = document.createElement('canvas');
  page.width = 1280;
  page.height = 720;
  const ink = page.getContext('2d');
  const write = (text, size, x, y, colour = '#23302a') => {
    ink.fillStyle = colour;
    ink.font = `${size}px Georgia, serif`;
    ink.fillText(text, x, y);
  };
  const drawPage = () => {
    ink.fillStyle = '#fbf8f1';
    ink.fillRect(0, 0, page.width, page.height);
    write('The garden, in spring', 64, 90, 130);
    const beds = ['Beans and peas', 'Lettuce, three rows', 'Tomatoes', 'Herbs by the door'];
    beds.forEach((bed, index) => {
      ink.fillStyle = ['#7da35b', '#5f8f7b', '#c2683f', '#8c7bb0'][index];
      ink.fillRect(96, 210 + index * 110, 54, 54);
      write(bed, 38, 180, 250 + index * 110);
    });
    write('April', 32, 1090, 650, '#6d746f');
  };
  drawPage();
  setInterval(drawPage, 1000);
  return Promise.resolve(page.captureStream(5));
};
