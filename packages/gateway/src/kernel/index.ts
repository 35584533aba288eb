export { boundedQueue, type BoundedQueue } from './bounded-queue.ts'
export { configReference } from './config-reference.ts'
export { fakeClock, systemClock, wait, type Clock, type FakeClock } from './clock.ts'
export { ConfigError, loadConfig, parseConfig, readSecret } from './config.ts'
export {
  configSchema,
  type AppConfig,
  type Config,
  type TlsFiles,
  type TrunkConfig,
} from './config-schema.ts'
export { groupCommit, type GroupCommit } from './group-commit.ts'
export {
  createId,
  parseId,
  sid,
  type AppId,
  type Brand,
  type CallId,
  type EventId,
  type LegId,
  type Random,
  type RecordingId,
  type StreamId,
  type TenantId,
  type TokenId,
  type TrunkId,
} from './ids.ts'
export { openLog, sanitise, silentLog, type Log, type LogFields } from './log.ts'
export { Secret } from './secret.ts'
