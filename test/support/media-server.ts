/** The media servers that KMS_URIS names for the tests; none: each test starts the embedded engine. */
export const givenMediaServers: readonly string[] = (process.env.KMS_URIS ?? '')
  .split(',')
  .map((url) => url.trim())
  .filter((url) => url !== '');

/** As `it`, for what holds on the embedded engine alone: where KMS_URIS names media servers it is skipped, and its title says why. */
export function itOnEmbeddedEngine(title: string, test: () => Promise<void>): void {
  if (givenMediaServers.length === 0) it(title, test);
  else it.skip(`${title} (holds on the embedded engine alone, and KMS_URIS is set)`, test);
}
