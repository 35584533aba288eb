import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AudioFrame, Conversation, PlayPiece, StreamPlayOptions } from '@voxkeep/sdk'
import { cascade } from './cascade.ts'
import { startMockServers } from './mock-servers.ts'

type SpeechListener = (event: { state: 'started' | 'stopped' }) => void

/** Lets sockets and timers have their turn. */
const soon = () => new Promise<void>((resolve) => setImmediate(resolve))

/** A conversation whose caller says when they speak. */
function fakeConversation() {
  const over = new AbortController()
  const played: { label: string | undefined; bytes: number }[] = []
  let told: SpeechListener = () => {}
  let changed = Promise.withResolvers<void>()
  const frames: AudioFrame[] = []
  let interrupts = 0
  const conversation = {
    signal: over.signal,
    onSpeech: (listener: SpeechListener) => void (told = listener),
    interrupt: async () => void (interrupts += 1),
    async play(source: AsyncIterable<PlayPiece>, { label }: StreamPlayOptions) {
      let bytes = 0
      for await (const piece of source) bytes += (piece as Uint8Array).length
      played.push({ label, bytes })
      changed.resolve()
      changed = Promise.withResolvers()
    },
    audio: (async function* () {
      while (!over.signal.aborted) {
        yield* frames.splice(0)
        await soon()
      }
    })(),
  }
  return {
    conversation: conversation as unknown as Conversation,
    played,
    interrupts: () => interrupts,
    hear: (ms: number) => frames.push({ pcm: new Int16Array(16 * ms) } as unknown as AudioFrame),
    speech: (state: 'started' | 'stopped') => told({ state }),
    end: () => over.abort(),
    async until(probe: () => boolean) {
      while (!probe()) await changed.promise
    },
  }
}

const models = { hear: 'h', think: 't', speak: 's' }

test('cascade() hears, thinks and says each sentence as soon as it is whole', async () => {
  await using servers = await startMockServers()
  const { url } = servers
  const caller = fakeConversation()
  const talking = cascade(
    caller.conversation,
    { hear: url, think: url, speak: url, models, voice: 'v' },
    'Be brief.',
  )
  caller.hear(300)
  await soon()
  caller.speech('started')
  caller.hear(2_000)
  await soon()
  caller.speech('stopped')
  await caller.until(() => caller.played.length === 2)
  caller.end()
  await talking

  assert.deepEqual(
    servers.asked.map(({ path }) => path.replace('/v1/', '')),
    ['audio/transcriptions', 'chat/completions', 'audio/speech', 'audio/speech'],
  )
  assert.ok(
    (servers.asked[0]?.body.length ?? 0) > 2 * 16 * 2_200,
    'all that was said, and what came just before',
  )
  const { messages } = JSON.parse(servers.asked[1]?.body ?? '') as { messages: unknown }
  assert.deepEqual(messages, [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'I spoke for 2 seconds.' },
  ])
  assert.deepEqual(caller.played, [
    { label: 'You said something.', bytes: 2 * 24_000 * 0.05 * 19 },
    { label: 'I heard it.', bytes: 2 * 24_000 * 0.05 * 11 },
  ])
  assert.equal(caller.interrupts(), 1)
})

test('cascade() drops its answer when the caller speaks again', async () => {
  await using servers = await startMockServers()
  const { url } = servers
  const caller = fakeConversation()
  const talking = cascade(caller.conversation, { hear: url, think: url, speak: url, models, voice: 'v' }, '')
  caller.speech('started')
  caller.speech('stopped')
  caller.speech('started') // at once: before anything was heard of the servers
  caller.speech('stopped')
  await caller.until(() => caller.played.length === 2)
  caller.end()
  await talking
  assert.deepEqual(
    caller.played.map(({ label }) => label),
    ['You said something.', 'I heard it.'],
  )
})
