import type { Words } from '../en/index.js';

export const end: Words['end'] = {
  devicesOff: '您的摄像头和麦克风已关闭，可以关闭此页面。',
};
