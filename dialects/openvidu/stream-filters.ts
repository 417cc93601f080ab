import { z } from 'zod';
import type { VideoFilter } from '../../media/port.js';
import { ProtocolError } from '../session-layer/errors.js';
import type { StreamFilter } from './model/stream.js';

/** The filters of the original that there are here. `ZBarFilter` is of no use without its events, which are told to nobody here. */
export const commandFilter = 'GStreamerFilter';
export const overlayFilter = 'FaceOverlayFilter';

/** What pages give for a filter, or its methods, as JSON. */
const longestJson = 10_000;
const longestName = 200;
const longestValue = 2_000;
/** Properties that are set of one filter after it was made. */
const mostProperties = 50;

const commandOptions = z.looseObject({ command: z.string().trim().min(1).max(longestValue) });

const propertyParams = z.looseObject({
  propertyName: z.string().min(1).max(longestName),
  propertyValue: z.union([z.string().max(longestValue), z.number(), z.boolean()]).transform(String),
});

/** The documentation of the original has it as text: `-0.1F`. */
const fraction = z
  .union([
    z.number(),
    z
      .string()
      .regex(/^\s*[+-]?(\d+\.?\d*|\.\d+)[fFdD]?\s*$/)
      .transform((text) => Number.parseFloat(text)),
  ])
  .pipe(z.number().min(-100).max(100));

const overlayParams = z.looseObject({
  uri: z.string().max(longestValue),
  offsetXPercent: fraction,
  offsetYPercent: fraction,
  widthPercent: fraction,
  heightPercent: fraction,
});

/** A filter as the rooms have it, and as pages are shown it. */
export interface ChosenFilter {
  readonly is: VideoFilter;
  readonly shown: StreamFilter;
}

/**
 * A filter that is new.
 * @param given the options: JSON in a text, or what such a text holds. @throws ProtocolError 406
 */
export function filterOf(type: string, given: unknown): ChosenFilter {
  const options = objectIn(given, `The options of ${type}`);
  switch (type) {
    case commandFilter: {
      const { command } = parsed(commandOptions, options, `The options of ${type} must have a command`);
      return { is: { type: 'gstreamer', command, properties: {} }, shown: { type, options } };
    }
    case overlayFilter:
      return { is: { type: 'face-overlay' }, shown: { type, options } };
    default:
      throw notApplied(`There is no filter "${type}" here`);
  }
}

/**
 * What a filter does after a method of it was called.
 * @param given the params, as the options in `filterOf`. @param takesImage whether media servers may fetch an image there
 * @throws ProtocolError 406
 */
export function filterAfter(
  present: VideoFilter,
  method: string,
  given: unknown,
  takesImage: (url: URL) => boolean,
): { readonly is: VideoFilter; readonly params: object } {
  const params = objectIn(given, `The params of ${method}`);
  if (present.type === 'gstreamer' && method === 'setElementProperty') {
    const { propertyName, propertyValue } = parsed(
      propertyParams,
      params,
      `${method} needs propertyName, propertyValue`,
    );
    const properties = { ...present.properties, [propertyName]: propertyValue };
    if (Object.keys(properties).length > mostProperties) throw notApplied('Too many properties were set');
    return { is: { ...present, properties }, params };
  }
  if (present.type === 'face-overlay' && method === 'setOverlayedImage')
    return { is: overlayOf(params, takesImage), params };
  if (present.type === 'face-overlay' && method === 'unsetOverlayedImage')
    return { is: { type: 'face-overlay' }, params };
  throw notApplied(`The filter has no method "${method}" here`);
}

/** What has not been done, and why. */
export function notApplied(why: string): ProtocolError {
  return new ProtocolError(406, why);
}

function overlayOf(params: object, takesImage: (url: URL) => boolean): VideoFilter {
  const needs = 'setOverlayedImage needs uri, offsetXPercent, offsetYPercent, widthPercent and heightPercent';
  const { uri, ...place } = parsed(overlayParams, params, needs);
  const url = URL.canParse(uri) ? new URL(uri) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || !takesImage(url)) {
    throw notApplied('The image is not on a host that OPENVIDU_FILTER_IMAGE_HOSTS or APP_URL names');
  }
  return {
    type: 'face-overlay',
    imageUrl: url.href,
    placement: {
      ...{ offsetX: place.offsetXPercent, offsetY: place.offsetYPercent },
      ...{ width: place.widthPercent, height: place.heightPercent },
    },
  };
}

function objectIn(given: unknown, what: string): object {
  const value = typeof given === 'string' ? valueOf(given.trim() === '' ? '{}' : given) : (given ?? {});
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw notApplied(`${what} must be a JSON object`);
  if (JSON.stringify(value).length > longestJson) throw notApplied(`${what} are longer than ${longestJson} characters`);
  return value;
}

function valueOf(text: string): unknown {
  try {
    return text.length > longestJson ? undefined : (JSON.parse(text) as unknown);
  } catch {
    return undefined;
  }
}

function parsed<T>(schema: z.ZodType<T>, value: unknown, otherwise: string): T {
  const { data } = schema.safeParse(value);
  if (data === undefined) throw notApplied(otherwise);
  return data;
}
