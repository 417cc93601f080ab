/** Why a request to the file server is refused, with the status of the answer. */
export class HttpRefusal extends Error {
  override readonly name = 'HttpRefusal';

  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}
