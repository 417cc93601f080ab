import type { Words } from '../en/index.js';

export const reactions: Words['reactions'] = {
  title: '回应',
  kinds: { thumb: '点赞', heart: '爱心', clap: '鼓掌', laugh: '大笑', party: '庆祝' },
  said: (name: string, what: string) => `${name} 回应：${what}`,
  failed: '您的回应未能发送。请重试。',
};
