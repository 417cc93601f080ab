import type { Words } from '../en/index.js';
import { join } from './join.js';
import { lobby } from './lobby.js';
import { end } from './end.js';
import { call } from './call.js';
import { invitation } from './invitation.js';
import { bar } from './bar.js';
import { devices } from './devices.js';
import { settings } from './settings.js';
import { stage } from './stage.js';
import { chat } from './chat.js';
import { media } from './media.js';
import { permission } from './permission.js';
import { people } from './people.js';
import { lost } from './lost.js';
import { moderation } from './moderation.js';
import { statistics } from './statistics.js';
import { element } from './element.js';
import { reactions } from './reactions.js';
import { recording } from './recording.js';
import { problems } from './problems.js';

export const de: Words = {
  join,
  lobby,
  end,
  call,
  invitation,
  bar,
  devices,
  settings,
  stage,
  chat,
  media,
  people,
  permission,
  lost,
  moderation,
  statistics,
  element,
  problems,
  reactions,
  recording,
};
