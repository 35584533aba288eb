/** A WebSocket as browsers, `ws`, Deno and Workers have it, as far as it is needed; it is open, or will be. */
export interface StreamSocket {
  binaryType?: string
  /** Bytes given to `send` that have not left; where it is missing, back-pressure is the gateway's word alone. */
  readonly bufferedAmount?: number
  send(message: string | Uint8Array<ArrayBuffer>): void
  close(code?: number, reason?: string): void
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void
  addEventListener(type: 'close' | 'error', listener: (event: object) => void): void
}

/** Text, or bytes that alias what the socket gave; `undefined` for what is neither. */
export function messageOf(data: unknown): string | Uint8Array | undefined {
  if (typeof data === 'string' || data instanceof Uint8Array) return data
  return data instanceof ArrayBuffer ? new Uint8Array(data) : undefined
}
