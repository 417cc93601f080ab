/** Camera and microphone that the browser does not give. */
export const permission = {
  title: 'Camera and microphone are blocked',
  denied: {
    chromium: 'Click the icon to the left of the address, allow camera and microphone, then try again.',
    firefox: 'Click the crossed-out camera to the left of the address, remove the block, then try again.',
    safari:
      'Open the menu beside the address, choose the settings of this website, allow camera and microphone, then try again.',
  },
  dismissed: 'Your browser has asked, and you have not answered. Try again, and allow both.',
  policy: 'The website around this call does not let it use them. Open the call in a window of its own.',
  insecure: 'Browsers open them on secure pages only. Use an address that begins with https.',
  again: 'Try again',
  listen: 'Without them you can listen and chat.',
};
