/** Single-use tokens, which tie a stream to the command that asked for it. Yours, where several processes share the work. */
export interface StreamTokens {
  /** Remembers a token for as long as a call may take to reach its stream. */
  issue(token: string): void | Promise<void>
  /** Whether it was issued and not redeemed before; from now on it is not. */
  redeem(token: string): boolean | Promise<boolean>
}

const lifetimeMs = 10 * 60_000 // a caller may hear prompts before the stream begins
const maxTokens = 10_000 // the oldest go

export function streamTokens(nowMs: () => number): StreamTokens {
  const issuedAt = new Map<string, number>() // in the order of their issue
  return {
    issue(token) {
      for (const [oldest, atMs] of issuedAt) {
        if (issuedAt.size < maxTokens && nowMs() - atMs <= lifetimeMs) break
        issuedAt.delete(oldest)
      }
      issuedAt.set(token, nowMs())
    },
    redeem(token) {
      const atMs = issuedAt.get(token)
      issuedAt.delete(token)
      return atMs !== undefined && nowMs() - atMs <= lifetimeMs
    },
  }
}

/** 256 random bits. */
export function newStreamToken(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
