import type { Dialog } from '@voxkeep/wire/dialog'
import type { SipResponse } from '@voxkeep/wire/sip'
import type { DialogLeg } from './dialog-leg.ts'
import { hasSdp } from './sdp-body.ts'

/** One of those that our INVITE reached: a proxy on the way may ring several phones (RFC 3261 §12.1). */
export interface Fork {
  readonly leg: DialogLeg
  /** What it answered to our offer so far. */
  readonly answer: Uint8Array | undefined
  /** Its answer came in a response that it repeats until we acknowledge it. */
  readonly isReliable: boolean
  /**
   * Takes a provisional response. `repeated`: it came before, or in the wrong order (RFC 3262 §4); leave it alone.
   *
   * @param rseq - Of a response that is to be acknowledged by PRACK.
   */
  take(response: SipResponse, rseq: number | undefined): 'new' | 'new-answer' | 'repeated'
}

export function fork(leg: DialogLeg): Fork {
  let answer: Uint8Array | undefined
  let isReliable = false
  let lastRseq: number | undefined
  return {
    leg,
    get answer() {
      return answer
    },
    get isReliable() {
      return isReliable
    },
    take(response, rseq) {
      if (rseq !== undefined) {
        // RFC 3262 §4: the first may have any number, each one after it the next. What runs ahead is not acknowledged, so
        // it will be repeated after the one that is missing.
        if (lastRseq !== undefined && rseq !== lastRseq + 1) return 'repeated'
        lastRseq = rseq
      }
      if (!hasSdp(response)) return 'new'
      // Only one answer is given to an offer; early media servers repeat theirs in each response.
      const isSame = answer !== undefined && sameBytes(answer, response.body)
      if (isSame || isReliable) return 'new'
      answer = new Uint8Array(response.body)
      isReliable = rseq !== undefined
      return 'new-answer'
    },
  }
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at])
}

const maxRseq = 2 ** 31 - 1

/** The number of a response that wants a PRACK (RFC 3262 §3); undefined for one that does not, or is malformed. */
export function rseqOf(response: SipResponse): number | undefined {
  const { headers, status } = response
  if (status <= 100 || status >= 200) return undefined
  if (!headers.getAll('Require').some((tag) => tag.toLowerCase() === '100rel')) return undefined
  const text = /^[ \t]*0*(\d{1,10})[ \t]*$/.exec(headers.get('RSeq') ?? '')?.[1]
  const rseq = Number(text ?? 0)
  return rseq >= 1 && rseq <= maxRseq ? rseq : undefined
}

/** Those that one INVITE reached, by their tags. */
export interface Forks extends Iterable<Fork> {
  /** The fork that speaks with this tag; a new one by `open`. Undefined when there are too many. */
  of(dialog: Dialog, open: () => DialogLeg): Fork | undefined
  get(remoteTag: string): Fork | undefined
}

const maxForks = 8 // more phones than ring at once for one number anywhere; a peer may not make dialogs here without end

export function forks(): Forks {
  const byTag = new Map<string, Fork>()
  return {
    of({ remoteTag }, open) {
      const known = byTag.get(remoteTag)
      if (known !== undefined || byTag.size >= maxForks) return known
      const made = fork(open())
      byTag.set(remoteTag, made)
      return made
    },
    get: (remoteTag) => byTag.get(remoteTag),
    [Symbol.iterator]: () => byTag.values(),
  }
}
