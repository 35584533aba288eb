import type { VoiceConfig } from '#kernel'
import { speakingVoice, type MeasuredVoice, type VoiceDeps } from './speaking-voice.ts'
import { synthesiser, type AdapterDeps } from './voice-adapters.ts'

export interface MakeVoiceDeps extends AdapterDeps, Pick<VoiceDeps, 'rulesOf' | 'onRefused' | 'count'> {
  /** Where this machine is: a program on it is there too. */
  readonly region: string | undefined
}

/** One voice of the configuration. Nothing is connected to, and nothing runs, until it speaks. */
export function makeVoice(config: VoiceConfig, deps: MakeVoiceDeps): MeasuredVoice {
  const { id, kind, dataClasses, trainingOptOut, language, maxSessions, maxAudioMs } = config
  const region = config.region ?? (kind === 'command' ? deps.region : undefined)
  return speakingVoice({
    facts: { id, kind, region, dataClasses, trainingOptOut },
    language,
    maxSessions,
    maxAudioMs,
    rulesOf: deps.rulesOf,
    synthesise: synthesiser(config, deps),
    onRefused: deps.onRefused,
    count: (name, by, labels) => deps.count(name, by, { voice: id, ...labels }),
  })
}
