/** Holds the first value put for a handler that may be set later; the handler gets it once. */
export interface Latch<T> {
  handler: ((value: T) => void) | undefined
  put(value: T): void
}

export function latch<T>(): Latch<T> {
  let handler: ((value: T) => void) | undefined
  let held: { readonly value: T } | undefined
  let delivered = false

  function deliver(): void {
    if (delivered || handler === undefined || held === undefined) return
    delivered = true
    handler(held.value)
  }
  return {
    get handler() {
      return handler
    },
    set handler(next) {
      handler = next
      deliver()
    },
    put(value) {
      held ??= { value }
      deliver()
    },
  }
}
