function bessel0(x: number): number {
  let term = 1
  let sum = 1
  for (let k = 1; k < 30; k += 1) {
    term *= (x / (2 * k)) ** 2
    sum += term
  }
  return sum
}

/** A Kaiser window: its height at `place`, from 0 in the middle to 1 at the edge. */
export function kaiser(place: number, beta: number): number {
  return bessel0(beta * Math.sqrt(1 - place ** 2)) / bessel0(beta)
}

/** sin(πx)/πx under the window, which ends `crossings` zero crossings to either side. */
export function windowedSinc(x: number, crossings: number, beta: number): number {
  const place = Math.abs(x) / crossings
  if (place >= 1) return 0
  return kaiser(place, beta) * (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x))
}

/** Samples of the lower rate on either side that an output of `thirdLowPass` is made of. */
export const thirdReach = 16

/** A low-pass at a sixth of the higher of two rates, 97 taps whose sum is 1: the last tenth below its edge and the first above it are the transition, beyond which it is 65 dB down. */
export function thirdLowPass(): Float64Array {
  const middle = 3 * thirdReach
  const shape = Float64Array.from({ length: 2 * middle + 1 }, (_, i) =>
    windowedSinc((i - middle) / 3, (middle + 1) / 3, 7),
  )
  // What the window took from the gain at 0 Hz is given back.
  const total = shape.reduce((sum, tap) => sum + tap, 0)
  return shape.map((tap) => tap / total)
}

export function toInt16(value: number): number {
  const rounded = Math.round(value)
  return rounded > 32_767 ? 32_767 : rounded < -32_768 ? -32_768 : rounded
}
