import type { Words } from '../en/index.js';
import { pluralIn } from '../plural.js';

const plural = pluralIn('zh');

export const chat: Words['chat'] = {
  title: '聊天',
  close: '关闭聊天',
  messages: '消息',
  empty: '还没有消息。房间里的所有人都能看到您发送的内容，之后加入的人也可能看到。',
  write: '发给所有人的消息',
  send: '发送',
  you: '您',
  server: '服务器',
  newMessages: (count: number) => plural(count, { other: '# 条新消息' }),
  sending: '正在发送…',
  notSent: '未发送',
  again: '重试',
  discard: '删除',
  mayNotWrite: '您可以阅读聊天，但不能发言。',
  said: (name: string, text: string) => `${name}：${text}`,
};
