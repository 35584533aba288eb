export { dialAlerted, type DialAlert } from './events.ts'
export { openDialing } from './open-dialing.ts'
export {
  type DialAdmission,
  type DialGuard,
  type DialingDeps,
  type DialLease,
  type DialRefusal,
  type DialRequest,
} from './types.ts'
export { isTargetPattern, matchesTarget } from './pattern.ts'
export { parseTarget, type Target } from './target.ts'
export { type DialUsageStore, type DialUsage, type OpenDialLease } from './usage-store.ts'
