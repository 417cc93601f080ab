import type { Words } from '../en/index.js';

export const element: Words['element'] = {
  unsetTitle: '通话尚未开始',
  unset: '当本页面得知房间和您的名字后，通话就会开始。',
  joining: (room) => `正在加入 ${room} …`,
  failedTitle: '您不在通话中',
  left: '您的摄像头和麦克风已关闭。',
  tryAgain: '重试',
  passwordTitle: '此房间设有密码',
};
