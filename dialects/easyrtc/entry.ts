import { dialectEntry } from '../dialect.js';
import { EasyRtcGateway } from './gateway.js';
import type { EasyRtcHooks } from './hooks.js';
import { easyrtcOptions } from './options.js';
import type { EasyRtcSettings } from './options.js';

export const easyrtc = dialectEntry({
  title: 'EasyRTC',
  options: easyrtcOptions,
  create: (settings: EasyRtcSettings, needs, hooks?: EasyRtcHooks) => new EasyRtcGateway(settings, needs, hooks),
});
