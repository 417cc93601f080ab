import type { Words } from '../en/index.js';
import { pluralIn } from '../plural.js';

const plural = pluralIn('zh');

export const lobby: Words['lobby'] = {
  title: '正在等待准入',
  asked: (room) => `已通知 ${room} 的主持人。获得同意后您将立即进入，请勿关闭此页面。`,
  before: (count) => plural(count, { other: '您前面还有 # 人。' }),
  stop: '不再等待',
};
