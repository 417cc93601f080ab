/** The page after the call. */
export const end = {
  devicesOff: 'Your camera and microphone are off. You can close this page.',
};
