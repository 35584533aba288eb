import type { NegotiatedAudio } from '@voxkeep/wire/sdp'
import {
  srtpReceiver,
  srtpSender,
  type SrtpCrypto,
  type SrtpReceiver,
  type SrtpSender,
} from '@voxkeep/wire/srtp'

type Srtp = NonNullable<NegotiatedAudio['srtp']>

/** The SRTP contexts of one leg, which outlive offers that bring the same keys again. */
export interface SrtpContexts {
  readonly sender: SrtpSender | undefined
  readonly receiver: SrtpReceiver | undefined
  /** Takes what SDP agreed. `newSendKey` says that our packets are sealed afresh from here on. */
  update(srtp: Srtp | undefined): { readonly newSendKey: boolean }
  /** Remembers how far the caller's rollover counter came, for a change of its key. */
  opened(index: number): void
}

export function srtpContexts(crypto: SrtpCrypto): SrtpContexts {
  let current: Srtp | undefined
  let highestIndex = 0
  const contexts: { -readonly [K in keyof SrtpContexts]: SrtpContexts[K] } = {
    sender: undefined,
    receiver: undefined,
    opened(index) {
      if (index > highestIndex) highestIndex = index
    },
    update(srtp) {
      const sendKept = current !== undefined && srtp !== undefined && sameSend(current, srtp)
      const receiveKept = current !== undefined && srtp !== undefined && sameReceive(current, srtp)
      if (!sendKept) contexts.sender = srtp && srtpSender(crypto, srtp.suite, srtp.send)
      if (!receiveKept) {
        // RFC 3711 §8.1 keeps the rollover counter over a re-key, some peers restart it: both are tried.
        const initialRoc = Math.floor(highestIndex / 0x10000)
        contexts.receiver = srtp && srtpReceiver(crypto, srtp.suite, srtp.receive, { initialRoc })
      }
      current = srtp
      return { newSendKey: !sendKept }
    },
  }
  return contexts
}

function sameSend(a: Srtp, b: Srtp): boolean {
  return a.suite === b.suite && sameKey(a.send, b.send)
}

function sameReceive(a: Srtp, b: Srtp): boolean {
  return (
    a.suite === b.suite &&
    a.receive.length === b.receive.length &&
    a.receive.every((key, i) => {
      const other = b.receive[i]
      return other !== undefined && sameKey(key, other)
    })
  )
}

/** Our own two copies of negotiated keys: nobody outside can time this comparison. */
function sameKey(a: Srtp['send'], b: Srtp['send']): boolean {
  return sameBytes(a.keyAndSalt, b.keyAndSalt) && sameBytes(a.mki ?? empty, b.mki ?? empty)
}

const empty = new Uint8Array(0)

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i])
}
