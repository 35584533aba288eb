import { nodeSrtpCrypto } from '@voxkeep/wire/node'
import { sameSrtp, type NegotiatedAudio } from '@voxkeep/wire/sdp'
import { srtpReceiver, srtpSender, type SrtpReceiver, type SrtpSender } from '@voxkeep/wire/srtp'
import { SoftphoneError } from './softphone-error.ts'

export interface SrtpContexts {
  readonly audio: NegotiatedAudio
  readonly send: SrtpSender
  readonly receive: SrtpReceiver
}

/** The contexts for `audio`: the ones before where the keys are the same, as rollover counters must live on. */
export function srtpContexts(audio: NegotiatedAudio, before?: SrtpContexts): SrtpContexts {
  if (before !== undefined && sameSrtp(before.audio, audio)) return { ...before, audio }
  const { srtp } = audio
  // Cannot happen with what this phone offers; it must not turn into plain audio if it does.
  if (srtp === undefined) throw new SoftphoneError('SOFTPHONE_OPTIONS', 'the call is not encrypted')
  return {
    audio,
    send: srtpSender(nodeSrtpCrypto, srtp.suite, srtp.send),
    receive: srtpReceiver(nodeSrtpCrypto, srtp.suite, srtp.receive),
  }
}
