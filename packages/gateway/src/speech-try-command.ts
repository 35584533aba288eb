import { readFileSync } from 'node:fs'
import { nodeRandomBytes } from '@voxkeep/wire/node'
import { encodeUlaw } from '@voxkeep/wire/g711'
import { parseWav, toMono8k } from '@voxkeep/wire/wav'
import { ConfigError, loadConfig, openLog, systemClock, systemTenant, wait, type Config } from '#kernel'
import { makeEngine, type MeasuredEngine, type SpeechSink } from '#speech'
import { egressGuard } from '#webhook'
import { openSecretBook } from './open-secret-book.ts'
import { programEnvironment } from './open-provider.ts'
import { referencesIn } from '#secrets'

const batchSamples = 800
/** What is not judged yet runs no further ahead than this, unless it is as slow as a telephone anyway. */
const aheadMs = 5_000
const finishMs = 60_000

/** Lets one engine of a configuration hear a WAV file, as it would a caller. `print` gets a line for each word. Throws `ConfigError`. */
export async function trySpeech(
  configPath: string,
  o: { readonly engine: string; readonly file: string; readonly language: string },
  print: (line: string) => void,
): Promise<void> {
  const config = loadConfig(configPath)
  const ulaw = readTelephone(o.file)
  const log = openLog('warn', (line) => void process.stderr.write(line))
  const settings = config.speech.engines.find(({ id }) => id === o.engine)
  if (settings === undefined) throw new ConfigError([`there is no engine "${o.engine}" under speech.engines`])
  await using secrets = await openSecretBook(config, { clock: systemClock, log }, referencesIn(settings))
  await using engine = openEngine(config, settings, (reference) => secrets.read(reference))
  const { sink, told } = printer(print)
  const session = engine.open(
    { tenant: systemTenant, language: o.language, dataClasses: [], interim: false },
    sink,
  )
  const startMs = systemClock.monotonicMs()
  for (let at = 0; at < ulaw.length && told.ended === undefined; at += batchSamples) {
    const isAhead = () => at / 8 - told.throughMs > aheadMs && systemClock.monotonicMs() - startMs < at / 8
    while (isAhead()) await wait(systemClock, 20)
    session.audio(ulaw.subarray(at, at + batchSamples), at / 8)
    await wait(systemClock, 1)
  }
  await session.finish(finishMs)
  const lengthMs = ulaw.length / 8
  if (told.ended !== undefined) throw new ConfigError([`the engine failed: ${told.ended}`])
  print(`${told.words} words; everything was heard up to ${seconds(told.throughMs)} of ${seconds(lengthMs)}`)
}

function openEngine(
  config: Config,
  settings: Config['speech']['engines'][number],
  readSecret: Parameters<typeof makeEngine>[1]['readSecret'],
): MeasuredEngine {
  return makeEngine(settings, {
    clock: systemClock,
    random: { bytes: nodeRandomBytes },
    guard: egressGuard(config.egress),
    readSecret,
    region: config.node.region,
    env: programEnvironment(),
    // The file is the operator's own, of no tenant.
    rulesOf: () => ({ regions: undefined, trainingOptOut: 'any' }),
    onRefused: () => {},
    count: () => {},
  })
}

function printer(print: (line: string) => void) {
  const told: { words: number; throughMs: number; ended: string | undefined } = {
    words: 0,
    throughMs: 0,
    ended: undefined,
  }
  const sink: SpeechSink = {
    words({ final, words }) {
      if (!final) return
      told.words += words.length
      for (const { text, startMs, endMs, confidence } of words)
        print(`${seconds(startMs)}  ${seconds(endMs)}  ${confidence?.toFixed(2) ?? '    '}  ${text}`)
    },
    through: (ms) => (told.throughMs = ms),
    lost: (fromMs, toMs) =>
      print(`${seconds(fromMs)}  ${seconds(toMs)}        (lost: the engine did not take it)`),
    state: (state, code) => print(`${' '.repeat(24)}(${state}: ${code})`),
    ended: (code) => (told.ended = code),
  }
  return { sink, told }
}

function readTelephone(file: string): Uint8Array {
  const wav = parseWav(readFileSync(file))
  if ('error' in wav) throw new ConfigError([`${file}: ${wav.error}`])
  const samples = toMono8k(wav)
  return encodeUlaw(samples, new Uint8Array(samples.length))
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(2)}s`.padStart(8)
}
