export { type Job, type Jobs, type JobState } from './contract.ts'
export { JobsError, type JobsErrorCode } from './error.ts'
export { startJobs, type JobsDeps } from './start-jobs.ts'
