/** Of a key's lifetime: a new one is agreed on while this much is left. */
const rekeyBelow = 0.1

/** Tells in time that a key wears out, so that the call may agree on another one; again at each half of what was left. */
export interface KeyWear {
  /** Takes what is left of the lifetime, 0 to 1; true when it is to be told. */
  isDue(left: number): boolean
  /** There is a new key. */
  renewed(): void
}

export function keyWear(): KeyWear {
  let warnBelow = rekeyBelow
  return {
    isDue(left) {
      if (left > warnBelow || left <= 0) return false
      warnBelow = left / 2
      return true
    },
    renewed() {
      warnBelow = rekeyBelow
    },
  }
}
