import type { Conversation } from '@voxkeep/sdk'
import { speak, speechRateHz, think, transcribe, type Message, type Servers } from './servers.ts'

const beforeMs = 400 // what was said until it was noticed that somebody speaks
const maxSaidMs = 30_000 // of one turn; what is longer loses its beginning
const maxTurns = 40 // that the model is told of

/** Listens, thinks, speaks, in turns; whoever cuts in ends the answer. The conversation's samples must be at 16 kHz. */
export async function cascade(
  conversation: Conversation,
  servers: Servers,
  instructions: string,
): Promise<void> {
  const talk: Message[] = []
  const recent = window(beforeMs)
  let said: ReturnType<typeof window> | undefined
  let turn = new AbortController()

  conversation.signal.addEventListener('abort', () => turn.abort())
  conversation.onSpeech(({ state }) => {
    if (state === 'started') {
      turn.abort()
      void conversation.interrupt()
      said = window(maxSaidMs, recent.samples())
    } else if (said !== undefined) {
      turn = new AbortController()
      const { signal } = turn
      answer(said.samples(), signal).catch((error: unknown) => {
        if (!signal.aborted) console.error('a turn failed:', error)
      })
      said = undefined
    }
  })

  async function answer(samples: Int16Array, signal: AbortSignal): Promise<void> {
    const words = await transcribe(servers, samples, signal)
    if (words === '') return
    talk.push({ role: 'user', content: words })
    const messages: Message[] = [{ role: 'system', content: instructions }, ...talk.slice(-maxTurns)]
    for await (const sentence of think(servers, messages, signal)) {
      const format = { encoding: 'l16', rateHz: speechRateHz } as const
      await conversation.play(speak(servers, sentence, signal), { ...format, label: sentence, signal })
      if (signal.aborted) return
      talk.push({ role: 'assistant', content: sentence })
    }
  }

  for await (const { pcm } of conversation.audio) {
    recent.add(pcm)
    said?.add(pcm)
  }
}

/** The last so many milliseconds of samples at 16 kHz. */
function window(ms: number, first?: Int16Array) {
  const limit = 16 * ms
  const pieces: Int16Array[] = first === undefined ? [] : [first]
  let length = first?.length ?? 0
  return {
    add(samples: Int16Array) {
      pieces.push(samples)
      length += samples.length
      while (length - (pieces[0]?.length ?? 0) >= limit) length -= pieces.shift()?.length ?? 0
    },
    samples() {
      const all = new Int16Array(length)
      let at = 0
      for (const piece of pieces) {
        all.set(piece, at)
        at += piece.length
      }
      return all
    },
  }
}
