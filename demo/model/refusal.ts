/** Why the browser gives no camera and no microphone: the page is not secure, the page around it forbids them, or the user did not allow them. */
export type Refusal = 'insecure' | 'policy' | 'denied' | 'dismissed';

export type Browser = 'chromium' | 'firefox' | 'safari';

/** What a browser says of a refusal, as far as it says anything. */
export interface BrowserFacts {
  readonly isSecure: boolean;
  /** Whether the page is in a frame. */
  readonly isFramed: boolean;
  /** Undefined where the browser does not tell (Firefox, Safari). */
  readonly isAllowedByPolicy: boolean | undefined;
  /** Of the camera. Undefined where the browser does not tell. */
  readonly permission: PermissionState | undefined;
}

export function refusalOf({ isSecure, isFramed, isAllowedByPolicy, permission }: BrowserFacts): Refusal {
  if (!isSecure) return 'insecure';
  if (isAllowedByPolicy === false || (isFramed && isAllowedByPolicy === undefined)) return 'policy';
  // The user has closed the question of the browser, which may ask again.
  return permission === 'prompt' ? 'dismissed' : 'denied';
}

export async function presentRefusal(): Promise<Refusal> {
  return refusalOf({
    isSecure: isSecureContext,
    isFramed: window.parent !== window,
    isAllowedByPolicy: allowedByPolicy(),
    permission: await cameraPermission(),
  });
}

/** For where its button is. */
export function browserOf(userAgent: string): Browser {
  if (userAgent.includes('Firefox/')) return 'firefox';
  return /Chrom(?:e|ium)\//.test(userAgent) ? 'chromium' : 'safari';
}

function allowedByPolicy(): boolean | undefined {
  const policy: unknown = Reflect.get(document, 'permissionsPolicy') ?? Reflect.get(document, 'featurePolicy');
  if (typeof policy !== 'object' || policy === null) return undefined;
  const ask: unknown = Reflect.get(policy, 'allowsFeature');
  return typeof ask === 'function' ? ask.call(policy, 'camera') === true : undefined;
}

async function cameraPermission(): Promise<PermissionState | undefined> {
  try {
    // Not every browser knows the name.
    return (await navigator.permissions.query({ name: 'camera' })).state;
  } catch {
    return undefined;
  }
}
