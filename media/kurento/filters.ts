import type { VideoFilter } from '../port.js';

/**
 * The element of each filter. The first and the last are part of KMS, the marker of a module of its own
 * (docs/protocols/kurento-media.md#8-other-elements).
 */
export const filterTypes = {
  'face-overlay': 'FaceOverlayFilter',
  marker: 'ArMarkerdetector',
  gstreamer: 'GStreamerFilter',
} as const satisfies Record<VideoFilter['type'], string>;

export type FilterCall = readonly [operation: string, params: object];

/** With what a new element is made. */
export function filterParams(filter: VideoFilter): object {
  return filter.type === 'gstreamer' ? { command: filter.command, filterType: 'VIDEO' } : {};
}

/**
 * The operations that make an element do what is asked for, in order.
 * @param former what it does. Undefined: it is new
 */
export function filterSettings(filter: VideoFilter, former?: VideoFilter): readonly FilterCall[] {
  switch (filter.type) {
    case 'face-overlay': {
      const { imageUrl: uri, placement } = filter;
      if (uri === undefined) return former === undefined ? [] : [['unsetOverlayedImage', {}]];
      const { offsetX, offsetY, width, height } = placement ?? { offsetX: 0, offsetY: 0, width: 1, height: 1 };
      const place = { offsetXPercent: offsetX, offsetYPercent: offsetY, widthPercent: width, heightPercent: height };
      return [['setOverlayedImage', { uri, ...place }]];
    }
    case 'marker':
      return [
        ['setShowDebugLevel', { showDebugLevel: 0 }],
        ['setOverlayText', { overlayText: '' }],
        ['setOverlayImage', { overlayImage: filter.imageUrl }],
      ];
    case 'gstreamer': {
      const known = former?.type === 'gstreamer' ? former.properties : {};
      return Object.entries(filter.properties)
        .filter(([name, value]) => !Object.hasOwn(known, name) || known[name] !== value)
        .map(([propertyName, propertyValue]) => ['setElementProperty', { propertyName, propertyValue }]);
    }
  }
}

/** The image that the media server has to fetch for it. */
export function imageOf(filter: VideoFilter): string | undefined {
  return filter.type === 'gstreamer' ? undefined : filter.imageUrl;
}

/** The operation that tells which image a filter has. A media server that could not fetch it tells none. */
export const imageQuestions: Readonly<Partial<Record<VideoFilter['type'], string>>> = { marker: 'getOverlayImage' };
