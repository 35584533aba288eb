import type { SpeechFacts, SpeechRequest } from './contract.ts'
import type { SpeechRefusal } from './error.ts'

/** What a tenant asks of every engine. */
export interface SpeechRules {
  /** Where its data may go; undefined: anywhere. */
  readonly regions: readonly string[] | undefined
  /** Whether engines may hear it that keep what they hear for training. */
  readonly trainingOptOut: 'required' | 'any'
}

/** Why an engine may not hear this, or a voice not say it; undefined: it may. One that does not say where it is counts as elsewhere. */
export function refusalOf(
  facts: Pick<SpeechFacts, 'region' | 'dataClasses' | 'trainingOptOut'>,
  rules: SpeechRules,
  { dataClasses }: Pick<SpeechRequest, 'dataClasses'>,
): SpeechRefusal | undefined {
  if (rules.regions !== undefined && (facts.region === undefined || !rules.regions.includes(facts.region)))
    return 'region'
  if (!dataClasses.every((name) => facts.dataClasses.includes(name))) return 'data-class'
  return facts.trainingOptOut || rules.trainingOptOut === 'any' ? undefined : 'training'
}
