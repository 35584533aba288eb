import type { Log } from '#kernel'

/** Something that remains to be done of an ended call. */
export type LastStep = readonly [what: string, step: () => Promise<unknown>]

/** Takes one after the other; one that fails is told, and does not keep the others from being done. Never rejects. */
export async function lastSteps(log: Log, steps: readonly LastStep[]): Promise<void> {
  for (const [what, step] of steps) {
    try {
      await step()
    } catch (error) {
      log.error('call could not be settled in full', { step: what, error })
    }
  }
}
