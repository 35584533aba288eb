export { accountSid, applicationSid } from './account-sid.ts'
export { boundedQueue, type BoundedQueue } from './bounded-queue.ts'
export { cardBrand, cardBrands, cardSchemes, isLuhn, type CardBrand } from './card-number.ts'
export { fileSource, type ByteSource } from './byte-source.ts'
export { configReference } from './config-reference.ts'
export { fakeClock, systemClock, wait, type Clock, type FakeClock } from './clock.ts'
export { keyPlaceOf, systemTenant, tenantsOf } from './config-tenants.ts'
export { ConfigError, loadConfig, parseConfig, readSecret } from './config.ts'
export {
  configSchema,
  type AppConfig,
  type Config,
  type TlsFiles,
  type TrunkConfig,
} from './config-schema.ts'
export type { PostgresqlConfig } from './config-database.ts'
export type { PaymentProviderConfig, PaymentsConfig } from './config-payments.ts'
export type { ObjectsConfig, StoreConfig } from './config-objects.ts'
export type { AlertReceiverConfig, AlertRuleConfig } from './config-alerts.ts'
export type { CollectorConfig } from './config-siem.ts'
export type { AgentConfig } from './config-agents.ts'
export type { EngineConfig, EngineConfigOf } from './config-speech.ts'
export { voice as voiceSchema, voicesOf, type VoiceConfig, type VoiceConfigOf } from './config-voices.ts'
export { verifierSchema, type VerifierConfig, type VerifierConfigOf } from './config-verifiers.ts'
export { dataClasses, type DataClass } from './config-provider.ts'
export { dataTypes, effectivePolicy, type DataType, type Policy } from './effective-policy.ts'
export { groupCommit, type GroupCommit } from './group-commit.ts'
export {
  createId,
  idOfSid,
  parseId,
  sid,
  sidPrefixes,
  uuid,
  type SidPrefix,
  type AlertId,
  type AppId,
  type BackupId,
  type Brand,
  type CallId,
  type EventId,
  type HoldId,
  type LegId,
  type PaymentId,
  type Random,
  type RecordingId,
  type StreamId,
  type ConsentId,
  type SubjectRequestId,
  type TenantId,
  type TenantKeyId,
  type TokenId,
  type TranscriptId,
  type TrunkId,
  type VaultTokenId,
  timeOfId,
} from './ids.ts'
export { openLog, sanitise, silentLog, type Log, type LogFields } from './log.ts'
export { comparePeriods, endOf, parsePeriod, serializePeriod, type Period } from './period.ts'
export { secretRef } from './config-values.ts'
export { Secret } from './secret.ts'
export { signedPlatforms, type SignedPlatform } from './config-platform.ts'
export { wireNames, type WireChoice, type WireName } from './stream-wire.ts'
