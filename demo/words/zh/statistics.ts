import type { Words } from '../en/index.js';

export const statistics: Words['statistics'] = {
  title: '统计信息',
  close: '关闭统计信息',
  region: '每个连接的统计信息',
  sent: '您发送',
  received: (name: string) => `来自 ${name}`,
  measuring: '正在测量…',
  nothing: '无',
  rate: '比特率',
  picture: '画面',
  noPicture: '无',
  lost: '丢包',
  roundTrip: '往返时间',
  unknown: '未知',
  loudness: '音量',
  silent: '静音',
  state: '状态',
};
