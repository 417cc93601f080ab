/** Camera, microphone and loudspeaker, before the call and in it. */
export const devices = {
  camera: 'Camera',
  microphone: 'Microphone',
};
