import type { Clock, EngineConfig, EngineConfigOf, Random, Secret } from '#kernel'
import type { SpeechFacts, SpeechRequest, SpeechSession, SpeechSink } from './contract.ts'
import { deepgramUrl, deepgramWire } from './deepgram-wire.ts'
import { speechEngine, type EngineDeps, type MeasuredEngine } from './engine.ts'
import { jsonLinesWire, jsonWire } from './json-wire.ts'
import type { OpenLine } from './line.ts'
import { pocketsphinxWire } from './pocketsphinx-wire.ts'
import { programLine } from './program-line.ts'
import { reach, type AddressGuard } from './reach.ts'
import { streamingSession, type SessionMeter } from './session.ts'
import { transcriber } from './transcriber.ts'
import { uploadSession } from './upload-session.ts'
import { voskWire } from './vosk-wire.ts'
import { webSocketLine } from './web-socket-line.ts'
import type { Wire } from './wire.ts'

export interface MakeEngineDeps extends Pick<EngineDeps, 'rulesOf' | 'onRefused' | 'count'> {
  readonly clock: Clock
  readonly random: Random
  readonly guard: AddressGuard
  /** Asked for each connection, and kept nowhere. */
  readonly readSecret: (reference: string) => Secret<string>
  /** Where this machine is: a program on it is there too. */
  readonly region: string | undefined
  /** All that a program sees of our environment. */
  readonly env: Readonly<Record<string, string>>
}

type Start = EngineDeps['start']
type Streaming = Exclude<EngineConfig, { kind: 'openai' }>

/** One engine of the configuration. Nothing is connected to until somebody speaks. */
export function makeEngine(config: EngineConfig, deps: MakeEngineDeps): MeasuredEngine {
  return speechEngine({
    facts: factsOf(config, deps.region),
    maxSessions: config.maxSessions,
    rulesOf: deps.rulesOf,
    onRefused: deps.onRefused,
    count: (name, by, labels) => deps.count(name, by, { engine: config.id, ...labels }),
    start: config.kind === 'openai' ? uploading(config, deps) : streaming(config, deps),
  })
}

function factsOf(config: EngineConfig, here: string | undefined): SpeechFacts {
  const { id, kind, dataClasses, trainingOptOut } = config
  return {
    id,
    kind,
    region: config.region ?? (kind === 'command' ? here : undefined),
    dataClasses,
    trainingOptOut,
  }
}

function streaming(config: Streaming, deps: MakeEngineDeps): Start {
  const { bufferMs, attempts, stallMs } = config
  const connect = linesOf(config, deps)
  return (request: SpeechRequest, sink: SpeechSink, meter: SessionMeter): SpeechSession =>
    streamingSession(sink, {
      clock: deps.clock,
      chance: () => chanceOf(deps.random),
      limits: { bufferMs, attempts, stallMs },
      interim: request.interim,
      openWire: () => wireOf(config, request),
      openLine: connect(request),
      meter,
    })
}

/** How near a cut lies is settled by the pauses of speech; these are its bounds. */
function uploading(config: EngineConfigOf<'openai'>, deps: MakeEngineDeps): Start {
  const { bufferMs, attempts, chunkMs, overlapMs } = config
  const { clock, random } = deps
  const place = reach(config, deps.guard)
  return (request, sink, meter) =>
    uploadSession(sink, {
      clock,
      chance: () => chanceOf(random),
      cut: { targetSamples: chunkMs * 8, overlapSamples: overlapMs * 8 },
      bufferMs: bufferMs + chunkMs,
      attempts,
      transcribe: transcriber(config, request, { ...deps, reach: place }),
      meter,
    })
}

function wireOf(config: Streaming, request: SpeechRequest): Wire {
  switch (config.kind) {
    case 'deepgram':
      return deepgramWire()
    case 'vosk':
      return voskWire()
    case 'websocket':
      return jsonWire(request, config)
    case 'command':
      return config.output === 'json' ? jsonLinesWire(config.sampleRate) : pocketsphinxWire(config.sampleRate)
  }
}

function linesOf(config: Streaming, deps: MakeEngineDeps): (request: SpeechRequest) => OpenLine {
  if (config.kind === 'command')
    return ({ language }) => {
      const tag = language.replaceAll(/[^A-Za-z0-9-]/g, '') // it may stand in a line that a shell reads
      const command = config.command.map((part) => part.replaceAll('{language}', tag))
      return (handlers) => programLine({ command, env: deps.env }, handlers)
    }
  const place = reach(config, deps.guard)
  const { clock, readSecret } = deps
  const { connectTimeoutMs } = config
  const headers = () => headersOf(config, readSecret)
  return (request) => {
    const url = config.kind === 'deepgram' ? deepgramUrl(config, request) : config.url
    return (handlers) => webSocketLine({ clock, reach: place, url, headers, connectTimeoutMs }, handlers)
  }
}

function chanceOf(random: Random): number {
  return (random.bytes(1)[0] ?? 0) / 255
}

function headersOf(
  config: Exclude<Streaming, { kind: 'command' }>,
  readSecret: MakeEngineDeps['readSecret'],
): Readonly<Record<string, string>> {
  switch (config.kind) {
    case 'deepgram':
      return { Authorization: `Token ${readSecret(config.apiKey).reveal()}` }
    case 'websocket':
      return config.authorization === undefined
        ? {}
        : { Authorization: readSecret(config.authorization).reveal() }
    case 'vosk':
      return {}
  }
}
