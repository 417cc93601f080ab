/** Camera, microphone and loudspeaker, before the call and in it. */
export const devices = {
  camera: 'Camera',
  microphone: 'Microphone',
  speaker: 'Loudspeaker',
  press: {
    camera: {
      on: 'Turn camera off',
      off: 'Turn camera on',
      missing: 'No camera: try again',
    },
    microphone: {
      on: 'Mute microphone',
      off: 'Unmute microphone',
      missing: 'No microphone: try again',
    },
  },
  cut: 'A moderator has muted it',
  busy: {
    camera: 'This camera cannot be used: another program may have it.',
    microphone: 'This microphone cannot be used: another program may have it.',
  },
  lost: {
    camera: 'Your camera was unplugged: the others do not see you.',
    microphone: 'Your microphone was unplugged: the others do not hear you.',
  },
  lostFor: {
    camera: (name: string) => `Your camera was unplugged. In use now: ${name}`,
    microphone: (name: string) => `Your microphone was unplugged. In use now: ${name}`,
  },
  blocked:
    'Camera and microphone are blocked for this page: allow them beside the address bar. You can listen and chat.',
  insecure: 'Browsers open the camera on secure pages only: use https, or localhost. You can listen and chat.',
  noDevices: 'No camera and no microphone found, or another program uses them. You can listen and chat.',
  noCamera: 'No camera found, or another program uses it: the others will only hear you.',
  noMicrophone: 'No microphone found: the others will see but not hear you.',
  chooseMicrophone: 'Choose microphone and loudspeaker',
  chooseCamera: 'Choose camera',
  menus: {
    microphone: 'Microphone and loudspeaker',
    camera: 'Camera',
  },
  flip: 'Flip camera',
  blur: 'Blur the background',
  noChoice: 'Allow the device first, then you can choose one here.',
  level: 'Level of your microphone',
  systemSpeaker: 'System default',
  speakerFailed: 'This loudspeaker cannot be used.',
};
