import { contentLength } from './content-length.ts'
import { findHeadEnd, parseHead, type Head } from './head.ts'
import { defaultSipLimits, type SipLimits } from './limits.ts'
import type { SipMessage } from './message.ts'
import { assemble, judge, refuse, type ParsedSip } from './parse.ts'
import { ReceiveBuffer } from './receive-buffer.ts'
import type { Fault } from './start-line.ts'

/**
 * `ping` and `pong` are the keep-alives of RFC 5626 §3.5.1: a double and a single CRLF between messages. A ping that
 * arrives in two pieces gives a pong first. `invalid` with `fatal` means that where the next message starts is unknown:
 * answer if there is a `status`, then close.
 */
export type SipStreamItem =
  | { kind: 'message'; message: SipMessage }
  | { kind: 'ping' }
  | { kind: 'pong' }
  | { kind: 'invalid'; reason: string; status?: number; message?: SipMessage; fatal: boolean }

export interface SipStream {
  /**
   * Takes what a connection received and gives what it completes. After a fatal item everything is discarded.
   * @param chunk - Kept: message bodies may alias it, so its owner must not write to it again.
   */
  push(chunk: Uint8Array): SipStreamItem[]
  /** Bytes of an unfinished message held: never more than both limits and a chunk. */
  readonly bufferedBytes: number
}

const lf = 0x0a
const cr = 0x0d
const noBody = new Uint8Array(0)
const maxSkippedBodyBytes = 1024 * 1024 // a body too large is passed over, to spare the connection's other calls

function toItem(parsed: ParsedSip): SipStreamItem {
  if (parsed.ok) return { kind: 'message', message: parsed.message }
  const { ok: _, ...refusal } = parsed
  return { kind: 'invalid', ...refusal, fatal: false }
}

/** How many bytes of body follow a head, or why that cannot be told. */
function bodyBytes({ framed, fault, headers }: Head): number | Fault {
  const length = contentLength(headers)
  if (!framed) return fault ?? { reason: 'malformed start line' }
  if (length.kind === 'bad') return fault ?? length.fault
  // RFC 3261 §20.14: on a stream only Content-Length tells where a message ends.
  return length.kind === 'bytes' ? length.bytes : (fault ?? { reason: 'no Content-Length', status: 400 })
}

/** What a step of the reader came to: an item, nothing yet to tell, or a need for more bytes. */
type Step = SipStreamItem | 'more' | 'wait'

class StreamReader implements SipStream {
  readonly #limits: SipLimits
  readonly #buffer = new ReceiveBuffer()
  #pending: { readonly head: Head; readonly bytes: number } | undefined
  #skipBytes = 0
  /** How many of the buffer's first bytes are known not to end a head. */
  #scanned = 0
  #isHalfPing = false
  #isDead = false

  constructor(limits: SipLimits) {
    this.#limits = limits
  }

  get bufferedBytes(): number {
    return this.#buffer.length
  }

  push(chunk: Uint8Array): SipStreamItem[] {
    const items: SipStreamItem[] = []
    if (this.#isDead) return items
    this.#buffer.append(chunk)
    for (let step = this.#step(); step !== 'wait'; step = this.#step()) if (step !== 'more') items.push(step)
    return items
  }

  #step(): Step {
    if (this.#buffer.length === 0 && this.#pending === undefined) return 'wait'
    if (this.#skipBytes > 0) return this.#skip()
    if (this.#pending !== undefined) return this.#readBody(this.#pending)
    const bytes = this.#buffer.view()
    return this.#scanned === 0 && bytes[0] === cr ? this.#readKeepAlive(bytes) : this.#readHead(bytes)
  }

  #skip(): Step {
    const bytes = Math.min(this.#skipBytes, this.#buffer.length)
    this.#skipBytes -= bytes
    this.#buffer.consume(bytes)
    return 'more'
  }

  #readKeepAlive(bytes: Uint8Array): Step {
    if (bytes.length === 1) return 'wait'
    if (bytes[1] !== lf) return this.#fail({ reason: 'stray carriage return between messages' })
    if (bytes[2] === cr && bytes.length === 3) return 'wait'
    if (bytes[2] === cr && bytes[3] === lf) {
      this.#buffer.consume(4)
      this.#isHalfPing = false
      return { kind: 'ping' }
    }
    this.#buffer.consume(2)
    const isSecondHalf = this.#isHalfPing
    this.#isHalfPing = !isSecondHalf && bytes.length === 2
    return { kind: isSecondHalf ? 'ping' : 'pong' }
  }

  #readHead(bytes: Uint8Array): Step {
    this.#isHalfPing = false
    const end = findHeadEnd(bytes, Math.max(0, this.#scanned - 3))
    if ((end < 0 ? bytes.length : end) > this.#limits.maxHeaderBytes) {
      return this.#fail({ reason: 'headers too large' })
    }
    this.#scanned = end < 0 ? bytes.length : 0
    if (end < 0) return 'wait'
    this.#buffer.consume(end + 4)
    return this.#beginBody(parseHead(bytes.subarray(0, end), this.#limits))
  }

  #beginBody(head: Head): Step {
    const bytes = bodyBytes(head)
    if (typeof bytes !== 'number') return this.#fail(bytes, assemble(head, noBody))
    if (bytes <= this.#limits.maxBodyBytes) {
      this.#pending = { head, bytes }
      return 'more'
    }
    const tooLarge = { reason: 'body too large', status: 413 }
    if (bytes > maxSkippedBodyBytes) return this.#fail(head.fault ?? tooLarge, assemble(head, noBody))
    this.#skipBytes = bytes
    return toItem(judge(head, noBody, tooLarge))
  }

  #readBody({ head, bytes }: { readonly head: Head; readonly bytes: number }): Step {
    if (this.#buffer.length < bytes) return 'wait'
    const body = this.#buffer.view().subarray(0, bytes)
    this.#buffer.consume(bytes)
    this.#pending = undefined
    return toItem(judge(head, body))
  }

  #fail(fault: Fault, message?: SipMessage): SipStreamItem {
    this.#isDead = true
    this.#buffer.clear()
    const { ok: _, ...refusal } = refuse(fault, message)
    return { kind: 'invalid', ...refusal, fatal: true }
  }
}

/** Cuts a byte stream (TLS, TCP) into messages by Content-Length (RFC 3261 §18.3), within limits. Never throws. */
export function sipStream(limits: Partial<SipLimits> = {}): SipStream {
  return new StreamReader({ ...defaultSipLimits, ...limits })
}
