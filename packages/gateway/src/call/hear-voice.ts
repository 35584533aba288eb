import type { CallLeg } from './call-leg.ts'
import type { Live } from './live.ts'
import type { NetSpeech } from './net-speech.ts'

/** Somebody at the first leg, for as long as it is the same person whom everybody may hear. */
export interface Speaker {
  readonly leg: CallLeg
  /** Why what they say may not be taken for the same person's voice any more; undefined: it may. */
  whyNot(): 'replaced' | 'secure-room' | undefined
}

/** Who is there now; undefined: nobody. */
export function speakerOf(live: Live): Speaker | undefined {
  const leg = live.first
  if (leg === undefined) return undefined
  const dialogs = leg.names.length
  return {
    leg,
    whyNot() {
      // Another dialog that took the leg over is another person (RFC 3891); and so is another leg.
      if (live.first !== leg || leg.names.length !== dialogs) return 'replaced'
      return leg.room === null ? undefined : 'secure-room'
    },
  }
}

export type HeardVoice = 'enough' | 'not-enough-speech' | 'replaced' | 'secure-room' | 'aborted'

/** Nobody says anything more: what was said is whole. */
const restMs = 600
const tickMs = 200

/**
 * Hears the caller's own voice, and nothing that is said to them, until they have spoken for long enough and are done, or time is over. What was heard is
 * in `into`, for the caller of this to zero.
 */
export function hearVoice(
  live: Live,
  { leg, whyNot }: Speaker,
  { minSpeechMs, maxMs }: { readonly minSpeechMs: number; readonly maxMs: number },
  into: NetSpeech,
  signal: AbortSignal,
): Promise<HeardVoice> {
  const { clock } = live.deps
  return new Promise((resolve) => {
    const finish = (why: HeardVoice) => {
      stops.forEach((stop) => stop())
      cancelTick()
      resolve(why)
    }
    const check = () => {
      const why = whyNot()
      if (why !== undefined) return finish(why)
      if (into.isFull) return done() // full of pauses, it has no room for the speech that is needed
      if (into.speechMs >= minSpeechMs && into.quietMs >= restMs) finish('enough')
    }
    let cancelTick = () => {}
    // A room may open while nothing is heard.
    const tick = () => {
      cancelTick = clock.set(tickMs, () => {
        tick()
        check()
      })
    }
    const gone = () => finish('aborted')
    const done = () => finish(into.speechMs >= minSpeechMs ? 'enough' : 'not-enough-speech')
    const stops = [
      live.onLeg(leg, (event) => {
        if (event.kind !== 'heard' || event.channel !== 0) return
        if (whyNot() === undefined) into.add(event.ulaw)
        check()
      }),
      live.ears.listen(leg.id),
      clock.set(maxMs, done),
      () => signal.removeEventListener('abort', gone),
    ]
    signal.addEventListener('abort', gone, { once: true })
    tick()
    if (signal.aborted) gone()
  })
}
