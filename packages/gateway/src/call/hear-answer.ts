import { spokenAnswer } from '#consent'
import type { CallLeg } from './call-leg.ts'
import type { AnswerSource } from './consent-question.ts'
import { keysTo } from './leg-listeners.ts'
import type { Live } from './live.ts'
import { openVoice, type Voice } from './voice.ts'

/** How a leg's peer can answer a question: by keys, and aloud where somebody listens. */
export function answerSource(live: Live, leg: CallLeg, language: string): AnswerSource {
  return {
    onKey: (handler) => live.onLeg(leg, keysTo(handler)),
    onSpeech: hearAnswer(live, leg, language),
  }
}

/**
 * Listens for a spoken yes or no of a leg's peer, by the engine that the app's policy names. Undefined where there is none, or it may not hear this. Nothing of what
 * is said is kept.
 */
function hearAnswer(
  live: Live,
  leg: CallLeg,
  language: string,
): ((handler: (answer: 'yes' | 'no') => void) => () => void) | undefined {
  const { words } = live.deps
  const policy = words.policyOf(live.app.config)
  const engine = policy && words.engine(policy.rules.engine)
  if (engine === undefined) return undefined
  const request = { tenant: live.tenant, language, dataClasses: ['personal'], interim: false } as const
  return (handler) => {
    let voice: Voice
    try {
      voice = openVoice(engine, request, {
        words({ final, words: said, language: heard }) {
          const answer = spokenAnswer(said.map(({ text }) => text).join(' '), heard ?? language)
          if (final && answer !== undefined) handler(answer)
        },
        through() {},
        lost() {},
        state() {},
        ended: (code) => live.story('consent.unheard', { code }),
      })
    } catch (error) {
      live.log.warn('nobody listens for a spoken answer', { engine: engine.facts.id, error })
      return () => {}
    }
    const stops = [
      live.onLeg(leg, (event) => {
        if (event.kind === 'heard' && event.channel === 0)
          voice.heard(event.positionSamples / samplesPerMs, event.ulaw)
      }),
      live.ears.listen(leg.id),
      () => voice.close(),
    ]
    return () => stops.forEach((stop) => stop())
  }
}

const samplesPerMs = 8
