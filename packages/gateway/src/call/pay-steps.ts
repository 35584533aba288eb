import { boundedQueue } from '#kernel'
import { askFields, type HeldFields, type NotCollected } from './collect-fields.ts'
import type { CollectSession } from './collect-session.ts'
import { nameOf, type FieldCommand, type PayFieldKind } from './commands-collect.ts'

/** What is to be done next in a payment that is told so one by one. */
export type PayStep =
  | { readonly kind: 'capture'; readonly field: PayFieldKind }
  | { readonly kind: 'complete' }

export interface PaySteps {
  /** Of too many that wait the oldest is forgotten. */
  add(step: PayStep): void
  /** Resolves with the next one; with undefined when there will be none. */
  next(): Promise<PayStep | undefined>
  /** Hears that a step has come, until the returned function is called. */
  onStep(hear: () => void): () => void
}

const maxWaiting = 10

/** @param signal - Aborts when nothing is asked for any more. */
export function paySteps(signal: AbortSignal): PaySteps {
  const waiting = boundedQueue<PayStep>({ limit: maxWaiting, overflow: 'dropOldest' })
  const listeners = new Set<() => void>()
  const onStep = (hear: () => void) => {
    listeners.add(hear)
    return () => void listeners.delete(hear)
  }
  return {
    onStep,
    add(step) {
      waiting.push(step)
      for (const hear of listeners) hear()
    },
    async next() {
      while (!signal.aborted) {
        const step = waiting.shift()
        if (step !== undefined) return step
        const { promise, resolve } = Promise.withResolvers<void>()
        const stopHearing = onStep(resolve)
        const over = () => resolve()
        signal.addEventListener('abort', over, { once: true })
        await promise
        stopHearing()
        signal.removeEventListener('abort', over)
      }
      return undefined
    },
  }
}

/**
 * Asks for each field when a step says so, anew where it was keyed in before; a step that comes meanwhile takes its place. A field that
 * does not come is told, and waits for another step. Resolves when all are there and a step completes it, or with why nothing more comes.
 */
export async function askStepwise(
  { room, steps, signal }: CollectSession,
  fields: readonly FieldCommand[],
  held: HeldFields,
): Promise<NotCollected | undefined> {
  for (;;) {
    const step = await steps.next()
    const missing = fields.find((field) => !held.has(nameOf(field)))
    if (step === undefined) return aborted(missing ?? fields[0])
    if (step.kind === 'complete') {
      if (missing === undefined) return undefined
      room.tell(nameOf(missing), { step: 'missing', keys: 0, attempt: 1, masked: '' })
      continue
    }
    const field = fields.find((each) => each.field === step.field)
    if (field === undefined) continue
    held.wipe(nameOf(field))
    const instead = new AbortController()
    const stopHearing = steps.onStep(() => instead.abort())
    const own = { ...room, signal: AbortSignal.any([signal, instead.signal]) }
    const failed = await askFields(own, [field], held)
    stopHearing()
    room.listen(() => {})
    room.prompts.stop()
    if (failed?.outcome === 'cancelled' || signal.aborted) return failed ?? aborted(field)
  }
}

function aborted(field: FieldCommand | undefined): NotCollected {
  const kind = field?.field ?? 'card-number'
  const name = field === undefined ? kind : nameOf(field)
  return { outcome: 'aborted', name, kind, fault: undefined, attempts: 0 }
}
