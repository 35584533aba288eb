import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Secret } from '#kernel'

export interface Cursors {
  /** An opaque cursor that goes on below `id` in the list that `scope` describes, and in no other. */
  seal(scope: string, id: string): string
  /** The id; undefined for anything that `seal` did not make for this very scope. Never throws. */
  open(scope: string, cursor: string): string | undefined
}

const macBytes = 16
const maxCursorLetters = 256

/** Cursors that clients cannot forge: what is behind them may change without anybody depending on it. */
export function cursors(key: Secret<Uint8Array>): Cursors {
  const macOf = (scope: string, id: string) =>
    createHmac('sha256', key.reveal())
      .update(JSON.stringify(['cursor', scope, id]))
      .digest()
      .subarray(0, macBytes)
  return {
    seal: (scope, id) => Buffer.concat([macOf(scope, id), Buffer.from(id)]).toString('base64url'),
    open(scope, cursor) {
      if (cursor.length > maxCursorLetters || !/^[\w-]+$/.test(cursor)) return undefined
      const bytes = Buffer.from(cursor, 'base64url')
      if (bytes.length <= macBytes) return undefined
      const id = bytes.subarray(macBytes).toString()
      return timingSafeEqual(bytes.subarray(0, macBytes), macOf(scope, id)) ? id : undefined
    },
  }
}
