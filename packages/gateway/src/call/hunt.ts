import type { NotPlaced, PlacedLeg } from './place-leg.ts'

export interface HuntOrder {
  readonly to: readonly string[]
  readonly strategy: 'sequential' | 'simultaneous'
}

/** Places one leg; gives up when `signal` aborts. */
export type PlaceOne = (to: string, signal: AbortSignal) => Promise<PlacedLeg | NotPlaced>

/**
 * Calls several until one answers: one after the other, or all at once. Legs that lose are given up.
 *
 * @param tooLate - Lets go of one that answered when another had.
 */
export function hunt(
  order: HuntOrder,
  place: PlaceOne,
  tooLate: (placed: PlacedLeg) => void,
  signal: AbortSignal,
): Promise<PlacedLeg | NotPlaced> {
  return order.strategy === 'simultaneous' && order.to.length > 1
    ? allAtOnce(order.to, place, tooLate, signal)
    : oneByOne(order.to, place, signal)
}

async function oneByOne(
  to: readonly string[],
  place: PlaceOne,
  signal: AbortSignal,
): Promise<PlacedLeg | NotPlaced> {
  let last: NotPlaced = { ok: false, why: 'cancelled' }
  for (const one of to) {
    if (signal.aborted) break
    const placed = await place(one, signal)
    if (placed.ok) return placed
    last = placed
  }
  return last
}

/** Resolves with the first that answers; without one, with the failure that came last. */
function allAtOnce(
  to: readonly string[],
  place: PlaceOne,
  tooLate: (placed: PlacedLeg) => void,
  signal: AbortSignal,
): Promise<PlacedLeg | NotPlaced> {
  return new Promise((resolve, reject) => {
    const attempts = to.map(() => new AbortController())
    let left = to.length
    let isWon = false
    const take = (placed: PlacedLeg | NotPlaced, own: AbortController) => {
      left -= 1
      if (!placed.ok) return left === 0 && resolve(placed)
      if (isWon) return tooLate(placed) // two answered at once
      isWon = true
      for (const other of attempts) if (other !== own) other.abort()
      resolve(placed)
    }
    attempts.forEach((own, index) => {
      const either = AbortSignal.any([signal, own.signal])
      place(to[index] ?? '', either).then(
        (placed) => take(placed, own),
        (error: Error) => {
          isWon = true // whoever answers from now on is let go
          for (const other of attempts) other.abort()
          reject(error)
        },
      )
    })
  })
}

/** It answered too late to be wanted. */
export function letGo({ leg, lease, entry }: PlacedLeg): void {
  entry.outcome = 'cancelled'
  void leg.close()
  void lease.ended()
}
