import type { CallDeps, TrunkFacts } from '#call'
import { matchesTarget } from '#dialing'
import type { TrunkConfig } from '#kernel'

/** What calls need to know of the trunks. */
export function trunkFacts(trunks: readonly TrunkConfig[]): CallDeps['trunk'] {
  const facts = new Map<string, TrunkFacts>(
    trunks.map(({ id, srtp, codecs, inbandDigits, refer }) => [
      id,
      {
        srtp,
        codecs,
        inbandDigits,
        mayReferTo: (to) => refer.accept && matchesTarget(refer.targets, to),
      },
    ]),
  )
  return (id) => facts.get(id)
}
