export type JobsErrorCode = 'JOB_UNKNOWN' | 'JOBS_CLOSED'

export class JobsError extends Error {
  override readonly name = 'JobsError'
  readonly code: JobsErrorCode
  constructor(code: JobsErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
