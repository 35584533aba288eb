import { randomBytes } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { encodeUlaw } from '@voxkeep/wire/g711'
import { configSchema, Secret, systemClock, type EngineConfig, type TenantId } from '#kernel'
import {
  makeEngine,
  type MakeEngineDeps,
  type MeasuredEngine,
  type SpeechRequest,
  type SpeechSession,
} from '#speech'
import { egressGuard } from '#webhook'
import type { HeardWord } from './recogniser.ts'
import { watch } from './watch.ts'

/** An engine of a configuration, opened outside a gateway. Loopback may be reached; `secrets` are by their references. */
export function engineOf(
  settings: object,
  options: {
    readonly secrets?: Readonly<Record<string, string>>
    readonly deps?: Partial<MakeEngineDeps>
  } = {},
): MeasuredEngine & { readonly refused: readonly string[] } {
  const refused: string[] = []
  const config = configOf(settings)
  const engine = makeEngine(config, {
    clock: systemClock,
    random: { bytes: (count) => randomBytes(count) },
    guard: egressGuard({ allowPrivate: ['127.0.0.0/8', '::1/128'] }),
    readSecret: (reference) => {
      const value = options.secrets?.[reference]
      if (value === undefined) throw new Error('no such secret')
      return new Secret(value)
    },
    region: 'here',
    env: { PATH: process.env['PATH'] ?? '' },
    rulesOf: () => ({ regions: undefined, trainingOptOut: 'any' }),
    onRefused: ({ why }) => refused.push(why),
    count: () => {},
    ...options.deps,
  })
  return Object.assign(engine, { refused })
}

function configOf(settings: object): EngineConfig {
  const engine = { id: 'asr', dataClasses: ['personal'], ...settings }
  const [config] = configSchema.shape.speech.parse({ engines: [engine] }).engines
  if (config === undefined) throw new Error('there is no engine')
  return config
}

/** One voice and everything that was told of it. */
export interface Hearing {
  readonly session: SpeechSession
  /** The finals, in order. */
  readonly words: readonly HeardWord[]
  readonly partials: readonly string[]
  readonly lost: readonly (readonly [fromMs: number, toMs: number])[]
  readonly states: readonly string[]
  throughMs(): number
  ended(): string | undefined
  until(what: string, probe: () => boolean, timeoutMs?: number): Promise<boolean>
  /** Gives it samples, a tenth of a second at a time, as fast as it takes them. */
  say(samples: Int16Array, fromMs?: number): Promise<void>
}

const batchSamples = 800

export function hearing(engine: MeasuredEngine, more: Partial<SpeechRequest> = {}): Hearing {
  const { changed, until } = watch()
  const words: HeardWord[] = []
  const partials: string[] = []
  const lost: [number, number][] = []
  const states: string[] = []
  let [throughMs, ended] = [0, undefined as string | undefined]
  const told = (act: () => void) => {
    act()
    changed()
  }
  const request = {
    tenant: 'acme' as TenantId,
    language: 'en-US',
    dataClasses: ['personal'],
    interim: true,
  } as const
  const session = engine.open(
    { ...request, ...more },
    {
      words: ({ final, words: some }) =>
        told(() => {
          if (final) words.push(...some.map(({ text, startMs, endMs }) => ({ text, startMs, endMs })))
          else partials.push(some.map(({ text }) => text).join(' '))
        }),
      through: (ms) => told(() => (throughMs = ms)),
      lost: (fromMs, toMs) => told(() => lost.push([fromMs, toMs])),
      state: (state, code) => told(() => states.push(`${state} ${code}`)),
      ended: (code) => told(() => (ended = code)),
    },
  )
  return {
    session,
    words,
    partials,
    lost,
    states,
    throughMs: () => throughMs,
    ended: () => ended,
    until: (what, probe, timeoutMs) => until(what, () => probe() || undefined, timeoutMs),
    async say(samples, fromMs = 0) {
      for (let at = 0; at < samples.length; at += batchSamples) {
        const part = samples.subarray(at, at + batchSamples)
        session.audio(encodeUlaw(part, new Uint8Array(part.length)), fromMs + at / 8)
        await setImmediate()
      }
    },
  }
}

/** The greatest difference between times of words that are the same; fails when they are not the same words. */
export function apartMs(spoken: readonly HeardWord[], heard: readonly HeardWord[]): number {
  const texts = (words: readonly HeardWord[]) => words.map(({ text }) => text).join(' ')
  if (texts(spoken) !== texts(heard)) throw new Error(`spoken: ${texts(spoken)}\nheard:  ${texts(heard)}`)
  return Math.max(
    0,
    ...spoken.map(({ startMs, endMs }, index) =>
      Math.max(
        Math.abs(startMs - (heard[index]?.startMs ?? 0)),
        Math.abs(endMs - (heard[index]?.endMs ?? 0)),
      ),
    ),
  )
}
