export {
  type SpeechEngine,
  type SpeechFacts,
  type SpeechRequest,
  type SpeechSession,
  type SpeechSink,
} from './contract.ts'
export { type EngineFigures, type MeasuredEngine } from './engine.ts'
export { SpeechError, type SpeechErrorCode } from './error.ts'
export { makeEngine, type MakeEngineDeps } from './make-engine.ts'
export { refusalOf, type SpeechRules } from './refusal.ts'
export { makeVoice, type MakeVoiceDeps } from './make-voice.ts'
export { promptCache, type PromptCache, type PromptCacheDeps } from './prompt-cache.ts'
export { type MeasuredVoice, type VoiceFigures } from './speaking-voice.ts'
export { makeVerifier, type MeasuredVerifier, type VerifierFigures } from './make-verifier.ts'
export { readSpoken } from './ssml.ts'
export type { Forgotten, Verdict, Verifier, VerifierFacts } from './verifier-contract.ts'
export { type SpeakingVoice, type SpeakRequest, type VoiceFacts } from './voice-contract.ts'
