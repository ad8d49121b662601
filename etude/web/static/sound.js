// Sounds as series: recorded here or read from a file, at the rate of the network, and sent as a .wav file.

const MORE = 0.5; // seconds that are recorded beyond what is wanted, of which the loudest part is taken
const HEAD = 44; // bytes before the samples of a .wav file
const FULL = 32767; // of 16 bits

/** What the microphone hears. @param {number} seconds @returns {Promise<Blob>} */
export async function recorded(seconds) {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  try {
    const recorder = new MediaRecorder(stream);
    /** @type {Blob[]} */
    const pieces = [];
    recorder.ondataavailable = (event) => pieces.push(event.data);
    const over = new Promise((done) => { recorder.onstop = done; });
    recorder.start();
    setTimeout(() => recorder.stop(), 1000 * (seconds + MORE));
    await over;
    return new Blob(pieces, { type: recorder.mimeType });
  } finally {
    for (const track of stream.getTracks()) track.stop();
  }
}

/** A sound as a .wav file of so many samples, made so that they last so long. @param {Blob} sound @param {number} length samples @param {number} seconds @returns {Promise<Blob>} */
export async function asWav(sound, length, seconds) {
  const rate = Math.round(length / seconds);
  const context = new OfflineAudioContext(1, 1, rate); // decodes to its own rate
  const heard = await context.decodeAudioData(await sound.arrayBuffer());
  const channels = Array.from({ length: heard.numberOfChannels }, (_, k) => heard.getChannelData(k));
  const mono = channels[0].map((_, k) => channels.reduce((sum, each) => sum + each[k], 0) / channels.length);
  return wav(loudest(mono, length), rate);
}

/** The part of so many samples with the most energy; silence is added where there are fewer. @param {Float32Array} samples @param {number} length @returns {Float32Array} */
export function loudest(samples, length) {
  const part = new Float32Array(length);
  if (samples.length <= length) {
    part.set(samples);
    return part;
  }
  let energy = 0;
  let [best, start] = [-1, 0];
  for (let k = 0; k < samples.length; k++) {
    energy += samples[k] ** 2 - (k >= length ? samples[k - length] ** 2 : 0);
    if (k >= length - 1 && energy > best) [best, start] = [energy, k - length + 1];
  }
  part.set(samples.subarray(start, start + length));
  return part;
}

/** One channel of 16 bits. @param {Float32Array} samples -1 to 1 @param {number} rate samples a second @returns {Blob} */
export function wav(samples, rate) {
  const view = new DataView(new ArrayBuffer(HEAD + 2 * samples.length));
  const words = (/** @type {number} */ at, /** @type {string} */ text) => [...text].forEach((letter, k) => view.setUint8(at + k, letter.charCodeAt(0)));
  words(0, "RIFF"); view.setUint32(4, HEAD - 8 + 2 * samples.length, true);
  words(8, "WAVEfmt "); view.setUint32(16, 16, true);
  view.setUint16(20, 1, true); view.setUint16(22, 1, true); // plain samples, one channel
  view.setUint32(24, rate, true); view.setUint32(28, 2 * rate, true); view.setUint16(32, 2, true); view.setUint16(34, 16, true);
  words(36, "data"); view.setUint32(40, 2 * samples.length, true);
  samples.forEach((value, k) => view.setInt16(HEAD + 2 * k, Math.round(Math.max(-FULL - 1, Math.min(FULL, (FULL + 1) * value))), true));
  return new Blob([view.buffer], { type: "audio/wav" });
}
