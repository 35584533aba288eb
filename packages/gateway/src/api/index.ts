export type { ApiAudit } from './deps-audit.ts'
export type { ApiKeys } from './deps-keys.ts'
export type { ApiLive, ApiLiveCall, ApiLiveLine } from './deps-live.ts'
export type { ApiBackups } from './deps-backups.ts'
export type { ApiConsents } from './deps-consents.ts'
export type { ApiPayments } from './deps-vault.ts'
export type { ApiMarks, ApiRedaction, ApiRedactions } from './deps-redactions.ts'
export type { ApiObjects } from './deps-objects.ts'
export type { ApiTwilio } from './deps-twilio.ts'
export type { ApiSpeech } from './deps-speech.ts'
export type { ApiVerifiers } from './deps-verifiers.ts'
export type { ApiVoices } from './deps-voices.ts'
export type { ApiRetention } from './deps-retention.ts'
export type {
  ApiAlerts,
  ApiCalls,
  ApiDialing,
  ApiDeps,
  ApiIdempotency,
  ApiRecordings,
  PageOf,
  RecordingAudio,
} from './deps.ts'
export { ApiError, type ProblemCode } from './problem.ts'
export { startApi } from './start-api.ts'
