import type { Words } from '../en/index.js';
import { pluralIn } from '../plural.js';

const plural = pluralIn('zh');

export const call: Words['call'] = {
  copyInvitation: '复制邀请链接',
  locked: '房间已锁定',
  joined: (name) => `${name} 已加入。`,
  left: (name) => `${name} 已离开。`,
  raised: (name) => `${name} 举手了。`,
  unseen: '在此房间中，其他人看不到您。',
  unheard: '在此房间中，其他人听不到您。',
  listenOnly: '您可以在此房间中旁听。',
  stopped: '主持人已停止您的声音和画面。',
  askedAgain: '已请求主持人再次让您进入。',
  maySpeak: '您现在可以发言：请打开麦克风。',
  speaksMuted: '您正在说话，但麦克风已关闭。',
  muted: '主持人已将您静音：没有人听得到您。',
  unmuted: '主持人已允许您再次发言。',
  videoStopped: '主持人已停止您的视频。',
  videoAgain: '主持人已允许您的视频再次播出。',
  interrupted: '声音和画面中断了，应该很快就会恢复。',
  restarts: (minutes) => `服务器将在${within(minutes)}重新启动，通话会自动继续。`,
  stops: (minutes) => `服务器将在${within(minutes)}停止，通话也会结束。`,
  invited: '邀请链接已复制：请发送给您想见的人。',
  inviteBy: (link) => `用此链接邀请其他人：${link}`,
};

function within(minutes: number): string {
  return minutes < 1 ? '片刻后' : plural(minutes, { other: ' # 分钟后' });
}
