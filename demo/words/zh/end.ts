import type { Words } from '../en/index.js';

export const end: Words['end'] = {
  devicesOff: '您的摄像头和麦克风已关闭，可以关闭此页面。',
  lostTitle: '连接已断开',
  lost: '与服务器的连接已断开，通话随之结束。恢复网络后请重新加入。',
  elsewhereTitle: '您已在其他地方进入此房间',
  elsewhere: '同一邀请已在另一窗口或设备上使用，通话将在那里继续。',
  removedTitle: '您已被移出房间',
  removed: '主持人已将您移出，您暂时无法再次加入。',
  removedFor: (reason) => `主持人已将您移出，理由：“${reason}”`,
  refusedTitle: '您已不在房间内',
  refused: (reason) => `连接已断开，服务器不允许您再次加入：${reason}`,
  closedTitle: '房间已关闭',
  left: (room) => `您已离开 ${room}。`,
  lasted: (time) => `您在房间内停留了 ${time}。`,
  rejoin: '重新加入',
  closedFor: (room) => `${room} 已为所有人关闭。`,
};
