export type {
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
