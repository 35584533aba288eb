import type { Finding } from './contract.ts'

/** What stands in the place of a finding: a token, say. */
export type Placeholder = (finding: Finding) => string

export interface Redacted {
  readonly text: string
  readonly findings: readonly Finding[]
}

/** `[CARD]`, `[DATE-OF-BIRTH]`; a custom pattern by its own name. */
export function placeholderOf({ type, detail }: Pick<Finding, 'type' | 'detail'>): string {
  return `[${(type === 'custom' && detail !== undefined ? detail : type).toUpperCase()}]`
}

/** Replaces each of the findings, which are sorted and disjoint. */
export function redactText(
  text: string,
  findings: readonly Finding[],
  placeholder: Placeholder = placeholderOf,
): Redacted {
  let out = ''
  let at = 0
  for (const finding of findings) {
    out += text.slice(at, finding.start) + placeholder(finding)
    at = finding.end
  }
  return { text: out + text.slice(at), findings }
}
