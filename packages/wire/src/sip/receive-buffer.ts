const noBytes = new Uint8Array(0)

/**
 * Bytes received and not yet consumed. Growth doubles, so that a message in many pieces is copied few times. Memory
 * once seen is never written again: views handed out stay as they were.
 */
export class ReceiveBuffer {
  #store: Uint8Array = noBytes
  #start = 0
  #end = 0
  #isOwned = false

  get length(): number {
    return this.#end - this.#start
  }

  /** A view of everything held. */
  view(): Uint8Array {
    return this.#store.subarray(this.#start, this.#end)
  }

  /** @param chunk - Kept, not copied, when nothing else is held. */
  append(chunk: Uint8Array): void {
    if (this.length === 0) {
      this.#store = chunk
      this.#start = 0
      this.#end = chunk.length
      this.#isOwned = false
      return
    }
    if (!this.#isOwned || this.#end + chunk.length > this.#store.length) this.#grow(chunk.length)
    this.#store.set(chunk, this.#end)
    this.#end += chunk.length
  }

  consume(bytes: number): void {
    this.#start += Math.min(bytes, this.length)
  }

  clear(): void {
    this.#store = noBytes
    this.#start = 0
    this.#end = 0
  }

  #grow(byBytes: number): void {
    const held = this.view()
    this.#store = new Uint8Array((held.length + byBytes) * 2)
    this.#store.set(held)
    this.#start = 0
    this.#end = held.length
    this.#isOwned = true
  }
}
