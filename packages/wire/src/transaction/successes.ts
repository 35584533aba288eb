import type { SipRequest, SipResponse } from '@voxkeep/wire/sip'
import { tagIn } from './matching.ts'
import type { Flow } from './types.ts'

/** The 2xx that one INVITE drew, by fork. */
export interface Successes<F extends Flow> {
  /** Takes note of a 2xx; false when its fork is known already, or there are too many. */
  isNew(response: SipResponse): boolean
  keepAck(ack: SipRequest, flow: F): void
  /** The ACK that was sent to this response's fork. */
  ackOf(response: SipResponse): { readonly ack: SipRequest; readonly flow: F } | undefined
}

const maxForks = 16 // a peer may not make dialogs here without end

export function successes<F extends Flow>(): Successes<F> {
  const forks = new Map<string, { ack: SipRequest; flow: F } | undefined>()
  return {
    isNew(response) {
      const tag = tagIn(response, 'To')
      if (forks.has(tag) || forks.size >= maxForks) return false
      forks.set(tag, undefined)
      return true
    },
    keepAck(ack, flow) {
      const tag = tagIn(ack, 'To')
      if (forks.has(tag)) forks.set(tag, { ack, flow })
    },
    ackOf: (response) => forks.get(tagIn(response, 'To')),
  }
}
