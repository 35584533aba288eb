export { connectionQuota, type ConnectionQuota } from './connection-quota.ts'
export { sourceGuard, type SourceGuard } from './source-guard.ts'
export { sourceKey } from './source-key.ts'
export { tokenBuckets, type Rate, type TokenBuckets } from './token-buckets.ts'
