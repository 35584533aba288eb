/**
 * Keys in memory that is zeroed when they are no longer needed. Nothing here makes a string of them, for a string stays until the
 * memory it lay in is used again.
 */
export class DigitBuffer {
  readonly #bytes: Uint8Array
  #length = 0

  constructor(maxDigits: number) {
    this.#bytes = new Uint8Array(maxDigits)
  }

  get length(): number {
    return this.#length
  }

  get isFull(): boolean {
    return this.#length === this.#bytes.length
  }

  /** Takes one key, as ASCII; past the bound it is not taken. */
  push(key: number): void {
    if (this.isFull) return
    this.#bytes[this.#length] = key
    this.#length += 1
  }

  /** Takes the last key back. */
  pop(): void {
    if (this.#length === 0) return
    this.#length -= 1
    this.#bytes[this.#length] = 0
  }

  /** The digits as ASCII. Borrowed: empty after `wipe`, and overwritten by the next keys. */
  get digits(): Uint8Array {
    return this.#bytes.subarray(0, this.#length)
  }

  /** Whether both hold the same, in time that does not tell where they differ. */
  equals(other: DigitBuffer): boolean {
    const [mine, others] = [this.digits, other.digits]
    let difference = mine.length ^ others.length
    for (let at = 0; at < mine.length; at += 1) difference |= (mine[at] ?? 0) ^ (others[at] ?? 0)
    return difference === 0
  }

  /** Zeroes and forgets what it holds. */
  wipe(): void {
    this.#bytes.fill(0)
    this.#length = 0
  }
}
