export type { AlsoKept } from './also-kept.ts'
export { subjectArchive, type ArchiveFile } from './archive.ts'
export type { AuditAct, DestroyObject } from './contract.ts'
export { deleteObject, isLocked, type DeletionDeps, type ObjectOutcome } from './delete-object.ts'
export { openHolds, type Holds, type HoldsDeps, type NewHold } from './holds.ts'
export { planDeletions, type Plan, type PlanLine } from './plan.ts'
export { canonicalSubject, subjectIndex, type SubjectIndex } from './subject-index.ts'
export { RetentionError, type RetentionErrorCode } from './error.ts'
export { policies, type Policies } from './policy.ts'
export { relabel } from './relabel.ts'
export { nextDue, retained } from './retained.ts'
export { sweep, type SweepDeps, type Swept } from './sweep.ts'
export { callsOf, type Erasure, type Findings, type Kept } from './erase.ts'
export {
  openSubjects,
  subjectOf,
  type NewSubjectRequest,
  type Subjects,
  type SubjectsDeps,
} from './subjects.ts'
