import { asksNobody, type ConsentLevel, type Requirement } from '#consent'
import type { ConsentEntry } from './receipt.ts'

export type ConsentAnswer = 'none' | 'announced' | 'given' | 'refused' | 'revoked' | 'unanswered'

/** What is known of one party’s consent. */
export interface ConsentParty {
  readonly name: 'caller' | 'dialled'
  readonly number: string | undefined
  /** Where the app or the trunk says it is. */
  readonly said: string[]
  requirement: Requirement
  answer: ConsentAnswer
  how: ConsentEntry['how']
  /** Agreed beforehand, as staff does. */
  readonly isCovered: boolean
}

/** Whether this party's answer is enough where `level` is asked of everybody in the conversation. */
export function isSatisfied(party: ConsentParty, level: ConsentLevel): boolean {
  switch (party.answer) {
    case 'refused':
    case 'revoked':
      return false
    case 'given':
      return true
    case 'announced':
      return level !== 'opt-in'
    case 'none':
    case 'unanswered':
      return party.isCovered || asksNobody(level)
  }
}
