import { pluralIn } from '../plural.js';

const plural = pluralIn('en');

/** The page before the call. */
export const join = {
  title: 'Join a room',
  lead: 'Pick a name and a room. Everybody who opens the same room is there with you.',
  name: 'Your name',
  nameExample: 'Ana',
  nameInvited: 'As your invitation says',
  room: 'Room',
  roomExample: 'garden',
  password: 'Password of the room',
  join: 'Join',
  joining: 'Joining …',
  listen: 'Join to listen, without camera and microphone',
  nameMissing: 'Please enter your name.',
  roomMissing: 'Please enter the name of a room.',
  passwordNeeded: 'This room has a password. Ask the people who invited you.',
  passwordWrong: 'That is not the password of this room.',
  back: (room: string) => `Back to ${room} …`,
  camera: 'Your camera',
  cameraSought: 'Looking for your camera. Your browser may ask you to allow it.',
  cameraStarts: 'Starting …',
  cameraOff: 'Your camera is off.',
  cameraMissing: 'No camera',
  level: 'Microphone level',
  rooms: 'In use now',
  people: (count: number) => plural(count, { one: '# person', other: '# people' }),
  allRooms: (count: number) => plural(count, { other: 'Show all #' }),
};
