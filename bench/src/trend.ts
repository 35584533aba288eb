/** How a value went over time: by least squares, so that no single sample decides. */
export interface Trend {
  readonly first: number
  readonly last: number
  readonly max: number
  readonly perHour: number
}

/** Of `values` that were taken `everyMs` apart. */
export function trend(values: readonly number[], everyMs: number): Trend {
  const count = values.length
  const middle = (count - 1) / 2
  const mean = values.reduce((sum, value) => sum + value, 0) / Math.max(1, count)
  let [covariance, variance] = [0, 0]
  for (const [index, value] of values.entries()) {
    covariance += (index - middle) * (value - mean)
    variance += (index - middle) ** 2
  }
  const perSample = variance === 0 ? 0 : covariance / variance
  return {
    first: rounded(values[0] ?? 0),
    last: rounded(values.at(-1) ?? 0),
    max: rounded(Math.max(0, ...values)),
    perHour: rounded((perSample * 3_600_000) / everyMs),
  }
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100
}
