import { checkFolder } from '../../options/check-folder.js';
import { dialectEntry } from '../dialect.js';
import { EasyRtcGateway } from './gateway.js';
import type { EasyRtcHooks } from './hooks.js';
import { easyrtcOptions } from './options.js';
import type { EasyRtcSettings } from './options.js';

export const easyrtc = dialectEntry({
  title: 'EasyRTC',
  options: easyrtcOptions,
  check: ({ files }) => {
    if (files !== '') checkFolder('EASYRTC_FILES', files, 'read');
  },
  create: (settings: EasyRtcSettings, needs, hooks?: EasyRtcHooks) => new EasyRtcGateway(settings, needs, hooks),
  secret: { setBy: 'the hook authenticate', isAsked: (_settings, hooks) => hooks?.authenticate !== undefined },
});
