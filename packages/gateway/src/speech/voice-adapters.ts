import type { Clock, Secret, VoiceConfig, VoiceConfigOf } from '#kernel'
import type { Synthesise } from './voice-contract.ts'
import { postForStream, type StreamDeps } from './post-stream.ts'
import { programVoice } from './program-voice.ts'
import { reach, type AddressGuard } from './reach.ts'
import { toUlaw } from './voice-audio.ts'

export interface AdapterDeps {
  readonly clock: Clock
  readonly guard: AddressGuard
  /** Asked for each text, and kept nowhere. */
  readonly readSecret: (reference: string) => Secret<string>
  /** All that a program sees of our environment. */
  readonly env: Readonly<Record<string, string>>
}

/** How a voice of the configuration makes speech of plain words. */
export function synthesiser(config: VoiceConfig, deps: AdapterDeps): Synthesise {
  switch (config.kind) {
    case 'command':
      return byCommand(config, deps)
    case 'openai':
      return byOpenai(config, posting(config, deps), deps.readSecret)
    case 'deepgram':
      return byDeepgram(config, posting(config, deps), deps.readSecret)
    case 'elevenlabs':
      return byElevenlabs(config, posting(config, deps), deps.readSecret)
  }
}

type ReadSecret = AdapterDeps['readSecret']

function posting(
  config: Exclude<VoiceConfig, { kind: 'command' }>,
  { clock, guard }: AdapterDeps,
): StreamDeps {
  return { clock, reach: reach(config, guard) }
}

const normalWordsPerMinute = 175

function byCommand(config: VoiceConfigOf<'command'>, { clock, env }: AdapterDeps): Synthesise {
  const { output, sampleRate, timeoutMs } = config
  return ({ text, language, rate }, signal) => {
    const values: Readonly<Record<string, string>> = {
      name: nameOf(config, language) ?? language,
      language,
      wpm: String(Math.round(normalWordsPerMinute * rate)),
      rate: rate.toFixed(2),
      length: (1 / rate).toFixed(2),
    }
    const command = config.command.map((part) =>
      part.replaceAll(/\{(name|language|wpm|rate|length)\}/g, (_, key: string) => values[key] ?? ''),
    )
    const printed = programVoice({ command, env, text, timeoutMs }, clock, signal)
    return toUlaw(printed, output === 'wav' ? { kind: 'wav' } : { kind: 'pcm', sampleRate })
  }
}

function byOpenai(config: VoiceConfigOf<'openai'>, deps: StreamDeps, readSecret: ReadSecret): Synthesise {
  const { url, apiKey, model, name, output, sampleRate, instructions, timeoutMs } = config
  const headers = () =>
    apiKey === undefined ? {} : { authorization: `Bearer ${readSecret(apiKey).reveal()}` }
  return ({ text, language, rate }, signal) => {
    const body = JSON.stringify({
      model,
      input: text,
      voice: nameOf(config, language) ?? name,
      response_format: output,
      ...(rate !== 1 && { speed: rate }),
      ...(instructions !== undefined && { instructions }),
    })
    const answer = postForStream({ url, body, headers, timeoutMs }, deps, signal)
    return toUlaw(answer, output === 'wav' ? { kind: 'wav' } : { kind: 'pcm', sampleRate })
  }
}

/** Deepgram takes no more at a time. */
const maxDeepgramCharacters = 2_000

function byDeepgram(config: VoiceConfigOf<'deepgram'>, deps: StreamDeps, readSecret: ReadSecret): Synthesise {
  const { apiKey, name, timeoutMs, trainingOptOut } = config
  const headers = () => ({ authorization: `Token ${readSecret(apiKey).reveal()}` })
  return async function* ({ text, language, rate }, signal) {
    const url = new URL(config.url)
    url.searchParams.set('model', nameOf(config, language) ?? name)
    url.searchParams.set('encoding', 'mulaw')
    url.searchParams.set('sample_rate', '8000')
    url.searchParams.set('container', 'none')
    if (rate !== 1) url.searchParams.set('speed', String(Math.min(1.5, Math.max(0.7, rate))))
    if (trainingOptOut) url.searchParams.set('mip_opt_out', 'true')
    for (const part of cut(text, maxDeepgramCharacters)) {
      const body = JSON.stringify({ text: part })
      yield* postForStream({ url: url.href, body, headers, timeoutMs }, deps, signal)
    }
  }
}

function byElevenlabs(
  config: VoiceConfigOf<'elevenlabs'>,
  deps: StreamDeps,
  readSecret: ReadSecret,
): Synthesise {
  const { apiKey, name, model, timeoutMs, trainingOptOut } = config
  const headers = () => ({ 'xi-api-key': readSecret(apiKey).reveal() })
  return ({ text, language, rate }, signal) => {
    const own = encodeURIComponent(nameOf(config, language) ?? name)
    const url = new URL(`${config.url.replace(/\/$/, '')}/${own}/stream`)
    url.searchParams.set('output_format', 'ulaw_8000')
    if (trainingOptOut) url.searchParams.set('enable_logging', 'false')
    const body = JSON.stringify({
      text,
      model_id: model,
      ...(rate !== 1 && { voice_settings: { speed: Math.min(1.2, Math.max(0.7, rate)) } }),
    })
    return postForStream({ url: url.href, body, headers, timeoutMs }, deps, signal)
  }
}

/** `de-DE`, else `de`, else what has the same first part. */
function nameOf({ names }: Pick<VoiceConfig, 'names'>, language: string): string | undefined {
  return names[language] ?? names[language.split('-')[0] ?? '']
}

/** Cuts at the end of a sentence where there is one, else at a blank. */
function cut(text: string, most: number): readonly string[] {
  const parts: string[] = []
  let left = text
  while (left.length > most) {
    const head = left.slice(0, most)
    const at = Math.max(head.lastIndexOf('. '), head.lastIndexOf('? '), head.lastIndexOf('! '))
    const end = at > most / 2 ? at + 1 : Math.max(head.lastIndexOf(' '), 1)
    parts.push(left.slice(0, end).trim())
    left = left.slice(end).trim()
  }
  return [...parts, left].filter((part) => part !== '')
}
