import type { Words } from '../en/index.js';
import { pluralIn } from '../plural.js';

const plural = pluralIn('zh');

export const problems: Words['problems'] = {
  page: '此页面出现问题。请重新加载后再试。',
  unreachable: '无法连接服务器。请检查网络后重试。',
  timeout: '服务器没有响应，请稍后重试。',
  roomClosing: '房间正在关闭，请稍后重试。',
  roomNotFound: '没有这个房间。请检查名称，或询问邀请您的人。',
  disconnected: '与服务器的连接已断开，请重试。',
  tokenNeeded: '此服务器仅限受邀者使用。请打开您收到的链接。',
  tokenInvalid: '服务器不接受您的邀请。请索取新的链接。',
  tokenExpired: '您的邀请已过期或尚未生效。请索取新的链接。',
  banned: '主持人已将您移出此房间，您无法再次加入。',
  locked: '此房间已锁定。请联系房间内的人解锁后再试。',
  roomFull: '此房间已满。请在有人离开后再试。',
  nameTaken: (name) => `此房间中已有人叫“${name}”。请换一个名字。`,
  denied: '主持人没有准许您进入。您可以在一分钟后再次请求。',
  deniedFor: (reason) => `主持人没有准许您进入，理由：“${reason}”您可以在一分钟后再次请求。`,
  tooOften: (seconds) => plural(seconds, { other: '操作过于频繁，请在 # 秒后重试。' }),
  notLetIn: (reason) => `服务器不允许您进入：${reason}`,
  media: '此房间的声音或画面',
  ownMedia: '您的声音和画面',
  mediaOf: (name) => `${name} 的声音和画面`,
  mediaFailed: (subject, reason) => `${subject}：${reason}`,
  mediaLost: '媒体连接已断开，或无法从此网络建立。',
  mediaLate: '服务器未及时响应。',
  mediaNotAllowed: '您不能在此房间发送该内容。',
  mediaNotTaken: '服务器无法传输。',
  personGone: '对方已不在此处。',
  notAllowed: '您无权执行此操作。',
  notSupported: '对方使用的程序不支持此操作。',
  notDone: (reason) => `操作未完成：${reason}`,
  pageHere: '此页面出现问题。',
};
