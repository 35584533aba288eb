import type { PrivacyRules } from '#privacy'
import type { Live } from './live.ts'

/** What may be in a call's words, by its app's privacy policy; without one they are personal. */
export function dataClassesOf({ deps, app }: Pick<Live, 'deps' | 'app'>): PrivacyRules['dataClasses'] {
  return deps.words.policyOf(app.config)?.rules.dataClasses ?? ['personal']
}
