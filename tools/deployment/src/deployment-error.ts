export class DeploymentError extends Error {
  override readonly name = 'DeploymentError'
  readonly code: 'DEPLOYMENT_EXISTS' | 'DEPLOYMENT_COMMAND_FAILED'
  /** What the failed command said, for a person to read. */
  readonly detail: string
  constructor(code: DeploymentError['code'], message: string, detail: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
    this.detail = detail
  }
}
