/** The media servers that KMS_URIS names for the tests; none: each test starts the embedded engine. */
export const givenMediaServers: readonly string[] = (process.env.KMS_URIS ?? '')
  .split(',')
  .map((url) => url.trim())
  .filter((url) => url !== '');
