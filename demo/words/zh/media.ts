import type { Words } from '../en/index.js';

export const media: Words['media'] = {
  connecting: '正在连接…',
  listening: '仅收听',
  listeningOnly: '仅收听',
  noConnection: '无法连接',
  notSent: '未发送',
  notSentYet: '未发送，正在重试…',
  tryNow: '立即重试',
  trouble: '声音和画面无法通过此网络传输',
  troubleServer: '无法连接媒体服务器',
  whatToCheck: '检查事项',
  tryAgain: '重试',
  checkServer:
    '您的网络可能没有问题：房间服务器无法连接负责声音和画面的服务器。它会自动重试。如果一直如此，请告知服务器管理员。',
  checkOtherNetwork: '请换一个网络，例如手机网络，或关闭 VPN。',
  checkFirewall: '防火墙可能阻止了 UDP。请联系网络管理员放行。',
  checkNoRelay: '此服务器没有为阻止 UDP 的网络提供中继（TURN 服务器）。服务器管理员可以添加。',
  checkRelayRefused: '此服务器的中继（TURN 服务器）拒绝了我们。服务器管理员应检查其密钥和时钟。',
};
