import type { Words } from '../en/index.js';

export const people: Words['people'] = {
  title: (count) => `成员（${count}）`,
  close: '关闭成员列表',
  region: '成员与请求',
  self: '（您）',
  hand: (place) => `已举手，第 ${place} 位`,
  muted: '已静音',
  speaking: '正在讲话',
  listening: '正在收听',
  allCut: '声音和视频已被主持人停止',
  soundCut: '已被主持人静音',
  videoCut: '视频已被主持人停止',
};
