import { z } from 'zod'

/** What may be noted about a call: names and values, for its row and for every webhook that asks. */
export const variableName = z.string().regex(/^[\w.-]{1,64}$/)
export const variableValue = z.string().max(1_024)
export const maxVariables = 50
/** Of all of them, as JSON: a webhook with everything else in it stays well below what receivers accept. */
export const maxVariablesBytes = 16 * 1_024

export type Variables = Readonly<Record<string, string>>
export type VariableChange = Readonly<Record<string, string | null>>

/** The variables after a change, null forgets; or why they would be too much. */
export function changedVariables(
  before: Variables,
  change: VariableChange,
): Variables | 'too-many' | 'too-long' {
  const merged = Object.entries({ ...before, ...change }).filter(
    (entry): entry is [string, string] => entry[1] !== null,
  )
  if (merged.length > maxVariables) return 'too-many'
  const after = Object.fromEntries(merged)
  return new TextEncoder().encode(JSON.stringify(after)).length > maxVariablesBytes ? 'too-long' : after
}
