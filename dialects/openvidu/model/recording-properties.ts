import { z } from 'zod';

export const outputModes = ['COMPOSED', 'COMPOSED_QUICK_START', 'INDIVIDUAL'] as const;
const layouts = [
  'BEST_FIT',
  'PICTURE_IN_PICTURE',
  'VERTICAL_PRESENTATION',
  'HORIZONTAL_PRESENTATION',
  'CUSTOM',
] as const;

/** What is recorded, and how, as the back end names it. */
export const recordingWish = z
  .object({
    name: z
      .string()
      .regex(/^[A-Za-z0-9_~-]*$/, 'must have letters, digits, -, _ and ~ alone')
      .max(200),
    hasAudio: z.boolean(),
    hasVideo: z.boolean(),
    outputMode: z.enum(outputModes),
    recordingLayout: z.enum(layouts),
    customLayout: z.string().max(1000),
    resolution: z.string().regex(/^\d{1,6}x\d{1,6}$/, 'must be WIDTHxHEIGHT'),
    frameRate: z.number(),
    shmSize: z.number().min(134_217_728),
    ignoreFailedStreams: z.boolean(),
  })
  .partial();
export type RecordingWish = z.output<typeof recordingWish>;

/** Of a session that says nothing. */
export const recordingDefaults = {
  name: '',
  hasAudio: true,
  hasVideo: true,
  outputMode: 'COMPOSED',
  recordingLayout: 'BEST_FIT',
  resolution: '1280x720',
  frameRate: 25,
  shmSize: 536_870_912,
} as const satisfies RecordingWish;

const whole = recordingWish.required({
  ...{ name: true, hasAudio: true, hasVideo: true, outputMode: true },
  ...{ recordingLayout: true, resolution: true, frameRate: true, shmSize: true },
});
export type WholeRecordingWish = z.output<typeof whole>;

/** @param wishes the later ones count more */
export function wholeWish(...wishes: readonly RecordingWish[]): WholeRecordingWish {
  return whole.parse(Object.assign({}, recordingDefaults, ...wishes));
}

/** `defaultRecordingProperties` of a session as it is shown: what does not belong to the mode is not there. */
export function recordingPropertiesView(wish: RecordingWish): Readonly<Record<string, unknown>> {
  const { name, hasAudio, hasVideo, outputMode, ...picture } = { ...recordingDefaults, ...wish };
  const common = { name, hasAudio, hasVideo, outputMode };
  if (outputMode === 'INDIVIDUAL') return { ...common, ignoreFailedStreams: picture.ignoreFailedStreams ?? false };
  if (!hasVideo) return common;
  const { recordingLayout, resolution, frameRate, shmSize, customLayout = '' } = picture;
  return {
    ...common,
    ...{ recordingLayout, resolution, frameRate, shmSize },
    ...(recordingLayout === 'CUSTOM' && { customLayout }),
  };
}
