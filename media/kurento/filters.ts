import type { VideoFilter } from '../port.js';

/**
 * The element of each filter. The first is part of KMS, the second of a module of its own
 * (docs/protocols/kurento-media.md#8-other-elements).
 */
export const filterTypes = {
  'face-overlay': 'FaceOverlayFilter',
  marker: 'ArMarkerdetector',
} as const satisfies Record<VideoFilter['type'], string>;

/** The operations that make a new element do what is asked for, in order. */
export function filterSettings(filter: VideoFilter): readonly (readonly [operation: string, params: object])[] {
  switch (filter.type) {
    case 'face-overlay': {
      const { offsetX, offsetY, width, height } = filter.placement;
      const params = {
        uri: filter.imageUrl,
        offsetXPercent: offsetX,
        offsetYPercent: offsetY,
        widthPercent: width,
        heightPercent: height,
      };
      return [['setOverlayedImage', params]];
    }
    case 'marker':
      return [
        ['setShowDebugLevel', { showDebugLevel: 0 }],
        ['setOverlayText', { overlayText: '' }],
        ['setOverlayImage', { overlayImage: filter.imageUrl }],
      ];
  }
}

/** The operation that tells which image a filter has. A media server that could not fetch it tells none. */
export const imageQuestions: Readonly<Partial<Record<VideoFilter['type'], string>>> = { marker: 'getOverlayImage' };
