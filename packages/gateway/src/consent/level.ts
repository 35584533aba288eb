/**
 * What the law of a place asks before a call is recorded, from nothing to most. `one-party`: whoever records is a party and agrees, which is enough. `notice`: everybody
 * is told. `all-party`: everybody is told and goes on talking, or says yes. `opt-in`: everybody says yes.
 */
export const consentLevels = ['none', 'one-party', 'notice', 'all-party', 'opt-in'] as const
export type ConsentLevel = (typeof consentLevels)[number]

export function stricter(a: ConsentLevel, b: ConsentLevel): ConsentLevel {
  return consentLevels.indexOf(a) >= consentLevels.indexOf(b) ? a : b
}

/** Nobody has to be told anything. */
export function asksNobody(level: ConsentLevel): boolean {
  return level === 'none' || level === 'one-party'
}
