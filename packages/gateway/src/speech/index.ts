export {
  dataClasses,
  type DataClass,
  type SpeechEngine,
  type SpeechFacts,
  type SpeechRequest,
  type SpeechSession,
  type SpeechSink,
} from './contract.ts'
export { type EngineFigures, type MeasuredEngine } from './engine.ts'
export { SpeechError, type SpeechErrorCode } from './error.ts'
export { makeEngine, type MakeEngineDeps } from './make-engine.ts'
export { type SpeechRules } from './refusal.ts'
