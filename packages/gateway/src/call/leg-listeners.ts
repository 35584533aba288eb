import type { FromMedia } from '#media'
import type { CallLeg } from './call-leg.ts'

type Handler = (event: FromMedia) => void

/** Who hears what the media plane reports of a call's legs. */
export class LegListeners {
  readonly #ofFirst = new Set<Handler>()
  readonly #ofLegs = new Map<CallLeg, Set<Handler>>()

  /** Hears what there is of the first leg, until the returned function is called. */
  onFirst(handler: Handler): () => void {
    this.#ofFirst.add(handler)
    return () => void this.#ofFirst.delete(handler)
  }

  /** The same of one leg, whichever it is. */
  onLeg(leg: CallLeg, handler: Handler): () => void {
    const handlers = this.#ofLegs.get(leg) ?? new Set()
    this.#ofLegs.set(leg, handlers.add(handler))
    return () => {
      handlers.delete(handler)
      if (handlers.size === 0) this.#ofLegs.delete(leg)
    }
  }

  tell(leg: CallLeg, event: FromMedia, isFirst: boolean): void {
    // A stream or a recording stays with the leg it began with; its keys are the first one's only.
    if (isFirst || event.kind !== 'dtmf') for (const handler of this.#ofFirst) handler(event)
    for (const handler of this.#ofLegs.get(leg) ?? []) handler(event)
  }
}

/** Hears the keys only. */
export function keysTo(handler: (key: string) => void): Handler {
  return (event) => {
    if (event.kind === 'dtmf') handler(event.digit)
  }
}
