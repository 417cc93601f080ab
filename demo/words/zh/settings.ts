import type { Words } from '../en/index.js';

export const settings: Words['settings'] = {
  title: '设置',
  close: '关闭设置',
  language: '语言',
  theme: '颜色',
  themes: {
    system: '跟随此设备',
    light: '浅色',
    dark: '深色',
  },
  shortcuts: '单键快捷键，例如用 M 控制麦克风',
  sounds: '有人加入或离开时播放提示音',
  keys: '快捷键',
  closeKeys: '关闭快捷键列表',
  keysOff: '单键快捷键已在设置中关闭。',
  does: {
    microphone: '打开或关闭麦克风',
    camera: '打开或关闭摄像头',
    screen: '共享屏幕或停止共享',
    hand: '举手或放下手',
    hat: '戴上或摘下帽子',
    chat: '打开或关闭聊天',
    people: '打开或关闭成员列表',
    statistics: '打开或关闭统计信息',
    keys: '显示此列表',
    escape: '关闭已打开的内容，或显示所有人',
    arrows: '在工具栏的按钮之间移动',
  },
};
