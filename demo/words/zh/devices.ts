import type { Words } from '../en/index.js';

export const devices: Words['devices'] = {
  camera: '摄像头',
  microphone: '麦克风',
};
