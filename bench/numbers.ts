/** The value below which the share `q` (0..1) of the values lies, by the nearest rank; NaN of none. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? Number.NaN;
}

export const median = (values: readonly number[]) => quantile(values, 0.5);

/** `21,340`: three digits are all that a measurement can say. */
export function rate(value: number): string {
  return Number(value.toPrecision(3)).toLocaleString('en-US');
}

export const percent = (share: number) => `${Math.round(share * 100)} %`;

export const mebibytes = (bytes: number) => `${Math.round(bytes / 2 ** 20)} MB`;

export const milliseconds = (ms: number) => `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;

export const seconds = (ms: number) => `${(ms / 1000).toFixed(2)} s`;
