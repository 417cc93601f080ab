import type { Words } from '../en/index.js';

export const devices: Words['devices'] = {
  camera: '摄像头',
  microphone: '麦克风',
  speaker: '扬声器',
  press: {
    camera: {
      on: '关闭摄像头',
      off: '打开摄像头',
      missing: '没有摄像头：重试',
    },
    microphone: {
      on: '静音麦克风',
      off: '取消麦克风静音',
      missing: '没有麦克风：重试',
    },
  },
  cut: '已被主持人静音',
  busy: {
    camera: '无法使用此摄像头：可能正被其他程序占用。',
    microphone: '无法使用此麦克风：可能正被其他程序占用。',
  },
  lost: {
    camera: '您的摄像头已断开：其他人看不到您。',
    microphone: '您的麦克风已断开：其他人听不到您。',
  },
  lostFor: {
    camera: (name: string) => `您的摄像头已断开。现在使用：${name}`,
    microphone: (name: string) => `您的麦克风已断开。现在使用：${name}`,
  },
  blocked: '此页面的摄像头和麦克风已被阻止：请在地址栏旁边允许。您可以收听和聊天。',
  insecure: '浏览器只在安全页面上打开摄像头：请使用 https 或 localhost。您可以收听和聊天。',
  noDevices: '未找到摄像头和麦克风，或者正被其他程序占用。您可以收听和聊天。',
  noCamera: '未找到摄像头，或者正被其他程序占用：其他人只能听到您。',
  noMicrophone: '未找到麦克风：其他人能看到您，但听不到您。',
  chooseMicrophone: '选择麦克风和扬声器',
  chooseCamera: '选择摄像头',
  menus: {
    microphone: '麦克风和扬声器',
    camera: '摄像头',
  },
  flip: '翻转摄像头',
  blur: '模糊背景',
  noChoice: '请先允许使用设备，然后可在此选择。',
  level: '您的麦克风音量',
  systemSpeaker: '系统默认',
  speakerFailed: '无法使用此扬声器。',
};
