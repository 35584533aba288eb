import type { SpoofTold, Verdict, VoiceCompared, VoiceLearned } from './verifier-contract.ts'

/** What stands between an engine's word and a match. */
export interface VerdictRules {
  /** Below it nobody is who they say. */
  readonly minScore: number
  /** Above it a voice is taken for a recording or for synthetic. */
  readonly maxSpoofScore: number
  readonly spoofCheck: 'where-told' | 'required'
}

/** Judges what an engine says of a voice. A match is the one thing that nothing stands against; whatever is not said does. */
export function verdictOf(said: VoiceCompared, rules: VerdictRules): Verdict {
  const { decision, score, spoof, reasons } = said
  const about = { ...(score !== undefined && { score }), ...(spoof !== undefined && { spoof }) }
  const judged = (result: Verdict['result'], why?: string): Verdict => ({
    result,
    ...about,
    reasons: why === undefined ? reasons : [why, ...reasons],
  })
  if (decision === 'not-enrolled') return judged('not-enrolled')
  if (isSuspected(spoof, rules)) return judged('mismatch', 'synthetic-suspected')
  if (decision === 'rejected') return judged('mismatch')
  if (decision === 'undecided') return judged('inconclusive')
  if (score === undefined) return judged('inconclusive', 'no-score')
  if (!(score >= rules.minScore)) return judged('mismatch', 'below-min-score')
  if (rules.spoofCheck === 'required' && !isChecked(spoof)) return judged('inconclusive', 'no-spoof-check')
  return judged('match')
}

/** What became of a voice that was to be learned: one that a machine may have made is not taken for anybody's. */
export function learnedOf({ state, spoof, reasons }: VoiceLearned, rules: VerdictRules): Verdict {
  const judged = (result: Verdict['result'], ...why: readonly string[]): Verdict => ({
    result,
    ...(spoof !== undefined && { spoof }),
    reasons: [...why, ...reasons],
  })
  if (isSuspected(spoof, rules)) return judged('refused', 'synthetic-suspected')
  if (state === 'refused') return judged('refused')
  if (state === 'more') return judged('inconclusive', 'more-speech')
  if (rules.spoofCheck === 'required' && !isChecked(spoof)) return judged('refused', 'no-spoof-check')
  return judged('enrolled')
}

function isSuspected(spoof: SpoofTold | undefined, { maxSpoofScore }: VerdictRules): boolean {
  if (spoof === undefined) return false
  return spoof.suspected === true || (spoof.score !== undefined && !(spoof.score <= maxSpoofScore))
}

function isChecked(spoof: SpoofTold | undefined): boolean {
  return spoof !== undefined && (spoof.score !== undefined || spoof.suspected !== undefined)
}
