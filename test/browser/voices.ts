import type { BrowserContext, Page } from 'playwright-core';

/**
 * A microphone that says nothing before it is told to, and then something with the loudness of speech: syllables of 180 ms with pauses of
 * 70 ms. The browser measures it as it does a real one, and writes its level into each packet.
 */
const voice = `{
  const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  let made;
  const make = () => {
    const context = new AudioContext();
    const tone = new OscillatorNode(context, { type: 'sawtooth', frequency: 150 });
    const mouth = new GainNode(context, { gain: 0 });
    const out = new MediaStreamAudioDestinationNode(context);
    tone.connect(mouth).connect(out);
    tone.start();
    let speaks = false;
    let opens = false;
    const next = () => {
      opens = speaks && !opens;
      mouth.gain.value = opens ? 0.25 : 0;
      setTimeout(next, opens ? 180 : 70);
    };
    next();
    return { track: out.stream.getAudioTracks()[0], speak: (on) => (speaks = on) };
  };
  window.speak = (on) => made?.speak(on);
  navigator.mediaDevices.getUserMedia = async (wish) => {
    const { audio, ...others } = wish;
    const stream = others.video ? await open(others) : new MediaStream();
    if (audio) stream.addTrack((made ??= make()).track.clone());
    return stream;
  };
}`;

/** The pages of this window have that microphone. */
export async function giveVoice(window: BrowserContext): Promise<BrowserContext> {
  await window.addInitScript(voice);
  return window;
}

/** The person at that page begins to speak, or ceases. */
export async function speak(page: Page, on: boolean): Promise<void> {
  await page.evaluate(`speak(${String(on)})`);
}
