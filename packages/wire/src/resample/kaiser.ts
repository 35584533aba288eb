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

export function toInt16(value: number): number {
  const rounded = Math.round(value)
  return rounded > 32_767 ? 32_767 : rounded < -32_768 ? -32_768 : rounded
}
