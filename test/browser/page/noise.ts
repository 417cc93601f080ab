/** How many different pictures there are: enough that none is like the one before. */
const pictures = 8;

/** Noise, which changes with every picture: an encoder makes of it whatever it may. */
export function noisePictures(width: number, height: number, frameRate: number): MediaStream {
  const canvas = document.createElement('canvas');
  Object.assign(canvas, { width, height });
  const context = canvas.getContext('2d');
  if (!context) throw new Error('no canvas');
  const frames = Array.from({ length: pictures }, () => {
    const image = context.createImageData(width, height);
    for (let pixel = 0; pixel < image.data.length; pixel += 4) {
      const grey = Math.random() * 256;
      image.data.fill(grey, pixel, pixel + 3);
      image.data[pixel + 3] = 255;
    }
    return image;
  });
  let shown = 0;
  setInterval(() => {
    const frame = frames[shown++ % pictures];
    if (frame) context.putImageData(frame, 0, 0);
  }, 1000 / frameRate);
  return canvas.captureStream(frameRate);
}
