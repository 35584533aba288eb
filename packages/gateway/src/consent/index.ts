export {
  consentBook,
  type ConsentBook,
  type ConsentPolicy,
  type Requirement,
  type Whereabouts,
} from './consent-book.ts'
export { jurisdictionOfNumber, parseJurisdiction } from './jurisdiction.ts'
export { spokenAnswer } from './spoken-answer.ts'
export { asksNobody, consentLevels, stricter, type ConsentLevel } from './level.ts'
export { type ConsentRule } from './rules.ts'
