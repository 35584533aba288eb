import { appAnswer, appSocket } from './app-targets.ts'
import { codecs } from './codec-targets.ts'
import { twiml } from './dialect-targets.ts'
import { dialTarget, ocsp, sipHeaders, tlsSession } from './edge-targets.ts'
import { certificate, identity } from './identity-targets.ts'
import { rtcp, rtp, srtp, wav } from './media-targets.ts'
import { sdpAnswer, sdpOffer } from './sdp-targets.ts'
import { sipFraming, sipMessage } from './sip-targets.ts'
import { speechEngine } from './speech-targets.ts'
import type { Target } from './target.ts'
import { verifierAnswer } from './verifier-targets.ts'

/** Everything that reads bytes of strangers. */
export const targets: readonly Target[] = [
  sipMessage,
  sipFraming,
  sipHeaders,
  dialTarget,
  tlsSession,
  ocsp,
  identity,
  certificate,
  sdpOffer,
  sdpAnswer,
  rtp,
  rtcp,
  srtp,
  wav,
  codecs,
  appAnswer,
  appSocket,
  twiml,
  speechEngine,
  verifierAnswer,
]
