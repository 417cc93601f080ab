import type { Words } from '../en/index.js';
import { pluralIn } from '../plural.js';

const plural = pluralIn('zh');

export const bar: Words['bar'] = {
  title: '通话',
  shareScreen: '共享屏幕',
  stopSharing: '停止共享屏幕',
  noSharing: '无法从此浏览器共享屏幕。',
  raiseHand: '举手',
  lowerHand: '放下手',
  handFailed: '无法举手。请重试。',
  hatOn: '戴上帽子',
  hatOff: '摘下帽子',
  hatFailed: '目前没有可用的帽子。',
  more: '更多',
  ending: '结束通话…',
  leave: '离开',
  endForAll: '为所有人结束通话',
  cancel: '取消',
  layout: '布局',
  view: '视图',
  keys: '快捷键',
  time: '时间',
  chat: (unread: number) => (unread === 0 ? '聊天' : `聊天：${unread} 条未读`),
  people: (count: number) => `成员：${count}`,
  waiting: (count: number) => `${count} 人等待`,
  hands: (count: number) => plural(count, { other: '# 人举手' }),
};
