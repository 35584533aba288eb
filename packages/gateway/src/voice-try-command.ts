import { writeFileSync } from 'node:fs'
import { serializeWav } from '@voxkeep/wire/wav'
import { ConfigError, loadConfig, openLog, systemClock, systemTenant, voicesOf } from '#kernel'
import { referencesIn } from '#secrets'
import { makeVoice, SpeechError } from '#speech'
import { egressGuard } from '#webhook'
import { openSecretBook } from './open-secret-book.ts'
import { programEnvironment } from './open-provider.ts'

/** Has one voice of a configuration say a text, into a WAV file as a telephone carries it. Throws `ConfigError`. */
export async function tryVoice(
  configPath: string,
  o: {
    readonly voice?: string | undefined
    readonly text: string
    readonly file: string
    readonly language?: string | undefined
  },
  print: (line: string) => void,
): Promise<void> {
  const config = loadConfig(configPath)
  const all = voicesOf(config)
  const settings = o.voice === undefined ? all[0] : all.find(({ id }) => id === o.voice)
  if (settings === undefined) throw new ConfigError([`there is no voice "${o.voice}" under voices`])
  const log = openLog('warn', (line) => void process.stderr.write(line))
  await using secrets = await openSecretBook(config, { clock: systemClock, log }, referencesIn(settings))
  await using voice = makeVoice(settings, {
    clock: systemClock,
    guard: egressGuard(config.egress),
    readSecret: (reference) => secrets.read(reference),
    region: config.node.region,
    env: programEnvironment(),
    // The text is the operator's own, of no tenant.
    rulesOf: () => ({ regions: undefined, trainingOptOut: 'any' }),
    onRefused: () => {},
    count: () => {},
  })
  const { text, language } = o
  const startMs = systemClock.monotonicMs()
  let firstMs: number | undefined
  const pieces: Uint8Array[] = []
  try {
    const request = { tenant: systemTenant, text, language, dataClasses: [] }
    for await (const piece of voice.speak(request, new AbortController().signal)) {
      firstMs ??= systemClock.monotonicMs() - startMs
      pieces.push(piece)
    }
  } catch (cause) {
    if (!(cause instanceof SpeechError)) throw cause
    const hint = cause.code === 'VOICE_MISSING' ? ': install it (Debian: apt install espeak-ng)' : ''
    throw new ConfigError([`the voice "${settings.id}" failed: ${cause.code}${hint}`], { cause })
  }
  const data = Buffer.concat(pieces)
  writeFileSync(o.file, serializeWav({ format: 'ulaw', sampleRateHz: 8_000, channels: 1, data }))
  const allMs = systemClock.monotonicMs() - startMs
  print(
    `${settings.id}: ${(data.length / 8_000).toFixed(2)} s of speech in ${Math.round(allMs)} ms, the first of it after ${Math.round(firstMs ?? allMs)} ms`,
  )
}
