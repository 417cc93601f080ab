import type { Words } from '../en/index.js';

export const invitation: Words['invitation'] = {
  title: '邀请',
  local: '您正在使用的地址只有这台电脑能打开。',
  network: '您网络中的其他人请使用下面的地址。首次访问时，浏览器可能会对证书发出警告。',
  addresses: '地址',
  code: '供手机相机扫描的链接二维码',
  copy: '复制链接',
  share: '分享…',
  remedies: {
    tls: '要邀请其他人，请用 --tls self-signed 启动服务器。',
    host: '要邀请其他人，请连接网络，并在不设置 HOST 的情况下启动服务器。',
  },
};
