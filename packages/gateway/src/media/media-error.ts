import type { MediaFailure } from './contract.ts'

export class MediaError extends Error {
  override readonly name = 'MediaError'
  readonly code: MediaFailure | 'WORKER_DIED' | 'PLANE_CLOSED'
  constructor(code: MediaError['code'], message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
