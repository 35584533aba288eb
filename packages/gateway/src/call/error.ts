export class CallError extends Error {
  override readonly name = 'CallError'
  readonly code: 'CALL_ENDED' | 'CALL_COMMANDED' | 'CALL_AUDIT' | 'CALL_NO_MEDIA' | 'CALL_NOT_ACCEPTABLE'
  constructor(code: CallError['code'], message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
