import type { Words } from '../en/index.js';

export const permission: Words['permission'] = {
  title: '摄像头和麦克风被阻止',
  denied: {
    chromium: '请点击地址左侧的图标，允许使用摄像头和麦克风，然后重试。',
    firefox: '请点击地址左侧带斜线的摄像头图标，取消阻止，然后重试。',
    safari: '请打开地址旁的菜单，选择此网站的设置，允许使用摄像头和麦克风，然后重试。',
  },
  dismissed: '浏览器曾请求许可，但您没有回应。请重试并允许两者。',
  policy: '嵌入此通话的网站不允许使用它们。请在单独的窗口中打开通话。',
  insecure: '浏览器仅在安全页面上启用它们。请使用以 https 开头的地址。',
  again: '重试',
  listen: '没有它们，您仍可收听和聊天。',
};
