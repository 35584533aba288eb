import type { CallCommand } from './commands.ts'
import { dataClassesOf } from './data-classes.ts'
import { legPlayer } from './leg-player.ts'
import type { Live } from './live.ts'
import { fetchAudio, playOut } from './prompt.ts'
import { codeOf } from './transcript-out.ts'

/** Words to be said, and by whom. */
export interface Saying {
  /** Plain, or SSML when it begins with `<speak`. */
  readonly text: string
  readonly voice?: string | undefined
  readonly language?: string | undefined
  readonly cache?: boolean | undefined
}

/** The `say` command: to the first leg, as often as it says. */
export async function say(
  live: Live,
  command: Extract<CallCommand, { type: 'say' }>,
  signal: AbortSignal,
): Promise<void> {
  if (live.first?.audio === undefined) return live.story('play.unheard')
  if (command.loop === 1) return void (await sayOut(live, command, signal))
  const audio = await gathered(live, command, signal)
  if (audio === undefined) return
  for (let round = 0; round < command.loop && !signal.aborted; round++)
    if ((await playOut(live, audio, signal)) !== 'finished') return
}

/**
 * Says words to the first leg; resolves when that is over, by itself or by `signal`. What cannot be said is skipped and told, so that a voice
 * that fails does not strand the caller.
 */
export async function sayOut(
  live: Live,
  saying: Saying,
  signal: AbortSignal,
): Promise<'finished' | 'stopped' | 'failed'> {
  if (signal.aborted) return 'stopped'
  const player = legPlayer(live)
  const stop = () => player.stop()
  signal.addEventListener('abort', stop, { once: true })
  try {
    for await (const piece of speech(live, saying, signal))
      if (signal.aborted || !(await player.push(piece))) return 'stopped'
    return (await player.drained()) && !signal.aborted ? 'finished' : 'stopped'
  } catch (error) {
    if (signal.aborted) return 'stopped'
    await failed(live, saying, error)
    return 'failed'
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

/** What a voice of the call's makes of words, as it comes: nothing is asked of it before the first piece is taken. Throws `SpeechError`. */
export function speech(live: Live, saying: Saying, signal: AbortSignal): AsyncIterable<Uint8Array> {
  const { text, language, cache } = saying
  const { tenant } = live
  const dataClasses = dataClassesOf(live)
  return voiceOf(live, saying).speak({ tenant, text, language, dataClasses, cache }, signal)
}

function voiceOf(live: Live, { voice: name }: Saying) {
  const { voices } = live.deps
  const app = live.app.config
  const named = voices.voice(app, name)
  if (named !== undefined) return named
  live.story('say.voice_unknown') // not which: names come from the app
  const own = voices.voice(app)
  if (own === undefined) throw new TypeError('an app always has a voice')
  return own
}

/** What a prompt that is to be heard whole consists of: words after `say:`, or what is at an address. Undefined: it cannot be had, which is told. */
export async function promptAudio(
  live: Live,
  url: string,
  language: string | undefined,
  signal: AbortSignal,
): Promise<Uint8Array | undefined> {
  if (!url.startsWith(spoken)) return fetchAudio(live, url, signal)
  return gathered(live, { text: url.slice(spoken.length), language }, signal)
}

const spoken = 'say:'

async function gathered(live: Live, saying: Saying, signal: AbortSignal): Promise<Uint8Array | undefined> {
  const pieces: Uint8Array[] = []
  try {
    for await (const piece of speech(live, saying, signal)) pieces.push(piece)
    return Buffer.concat(pieces)
  } catch (error) {
    if (!signal.aborted) await failed(live, saying, error)
    return undefined
  }
}

/** Tells why, and never what was to be said. */
async function failed(live: Live, { voice }: Saying, error: unknown): Promise<void> {
  const code = codeOf(error)
  live.log.warn('words could not be said', { callId: live.id, code })
  live.deps.count('say_failed', { code })
  live.story('say.failed', { code })
  await live.tell('say.failed', { voice: voice ?? null, reason: code })
}
