export type { ApiAudit } from './deps-audit.ts'
export type { ApiKeys } from './deps-keys.ts'
export type { ApiBackups } from './deps-backups.ts'
export type { ApiObjects } from './deps-objects.ts'
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
