import type { Words } from '../en/index.js';
import { pluralIn } from '../plural.js';

const plural = pluralIn('zh');

export const join: Words['join'] = {
  title: '加入房间',
  lead: '请输入您的名字和房间。打开同一房间的人会与您相聚。',
  name: '您的名字',
  nameExample: '小安',
  nameInvited: '与您的邀请一致',
  room: '房间',
  roomExample: '花园',
  password: '房间密码',
  join: '加入',
  joining: '正在加入……',
  listen: '仅收听，不使用摄像头和麦克风',
  nameMissing: '请输入您的名字。',
  roomMissing: '请输入房间名称。',
  passwordNeeded: '此房间设有密码，请向邀请您的人询问。',
  passwordWrong: '房间密码不正确。',
  back: (room) => `正在返回 ${room}……`,
  camera: '您的摄像头',
  cameraSought: '正在查找您的摄像头。浏览器可能会请求您的许可。',
  cameraStarts: '正在启动……',
  cameraOff: '您的摄像头已关闭。',
  cameraMissing: '没有摄像头',
  level: '麦克风音量',
  rooms: '正在使用的房间',
  people: (count) => plural(count, { other: '# 人' }),
  allRooms: (count) => plural(count, { other: '显示全部 # 个' }),
};
