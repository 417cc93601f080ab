export function median(values: readonly number[]): number {
  return part(values, 1 / 2);
}

/** What a quarter of the values is below: the cost on a machine whose other users leave it alone for a quarter of the time. */
export function lowerQuartile(values: readonly number[]): number {
  return part(values, 1 / 4);
}

/** What that share of the values is below. */
export function part(values: readonly number[], share: number): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length * share)] ?? NaN;
}
