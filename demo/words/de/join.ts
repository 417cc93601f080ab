import type { Words } from '../en/index.js';
import { pluralIn } from '../plural.js';

const plural = pluralIn('de');

export const join: Words['join'] = {
  title: 'In einen Raum gehen',
  lead: 'Wählen Sie einen Namen und einen Raum. Alle, die denselben Raum öffnen, sind dort mit Ihnen zusammen.',
  name: 'Ihr Name',
  nameExample: 'Anna',
  nameInvited: 'Wie in Ihrer Einladung',
  room: 'Raum',
  roomExample: 'garten',
  password: 'Passwort des Raums',
  join: 'Teilnehmen',
  joining: 'Verbinden …',
  listen: 'Nur zuhören, ohne Kamera und Mikrofon',
  nameMissing: 'Bitte geben Sie Ihren Namen ein.',
  roomMissing: 'Bitte geben Sie den Namen eines Raums ein.',
  passwordNeeded: 'Dieser Raum hat ein Passwort. Fragen Sie die Personen, die Sie eingeladen haben.',
  passwordWrong: 'Das ist nicht das Passwort dieses Raums.',
  back: (room) => `Zurück zu ${room} …`,
  camera: 'Ihre Kamera',
  cameraSought: 'Ihre Kamera wird gesucht. Vielleicht fragt Ihr Browser, ob er sie verwenden darf.',
  cameraStarts: 'Startet …',
  cameraOff: 'Ihre Kamera ist aus.',
  cameraMissing: 'Keine Kamera',
  level: 'Mikrofonpegel',
  rooms: 'Gerade in Gebrauch',
  people: (count) => plural(count, { one: '# Person', other: '# Personen' }),
  allRooms: (count) => plural(count, { other: 'Alle # zeigen' }),
  titleOf: (room) => `Teilnehmen: ${room}`,
  newRoom: 'Neuer Raum',
  otherRoom: 'Ein anderer Raum',
  joinAs: (name) => `Als ${name} teilnehmen`,
  nobodyThere: 'Noch ist niemand da.',
  thereNow: (count) => plural(count, { one: '# Person ist da.', other: '# Personen sind da.' }),
  isThere: (name) => `${name} ist da.`,
  areThere: (name, more) =>
    `${name} ${plural(more, { one: 'und # weitere Person sind da.', other: 'und # weitere sind da.' })}`,
};
