/**
 * The address of a media server as anybody may read it: without user, password and query, which may hold secrets. Whatever shows such
 * an address (logs, messages, /healthz, metrics) shows this one.
 */
export function displayedUrl(url: string): string {
  if (!URL.canParse(url)) return 'an address that is no URL';
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}
