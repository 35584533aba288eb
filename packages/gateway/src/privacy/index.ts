export {
  openPolicies,
  type MakePiiEngine,
  type PiiEngine,
  type PrivacyPolicy,
  type PrivacyRules,
} from './policies.ts'
export { presidioAnalyzer, type PresidioHttp } from './presidio.ts'
export { presidioReview, type Review } from './presidio-review.ts'
