import { RE2JS } from 're2js'
import type { Doc, Finding, Recogniser } from './contract.ts'

/** A pattern of a tenant's own. */
export interface CustomPattern {
  /** What findings are called: `detail` of type `custom`. */
  readonly name: string
  /** In the syntax of RE2: no look-around, no back-references. */
  readonly pattern: string
  readonly ignoreCase?: boolean
  /** 0 to 1; 0.9 by default. */
  readonly confidence?: number
}

/** What was wrong with an option; `code` tells which. */
export class PiiError extends Error {
  override readonly name = 'PiiError'
  readonly code: 'PII_PATTERN_REFUSED' | 'PII_PATTERN_LIMIT' | 'PII_PATTERN_NAME' | 'PII_LANGUAGE'
  constructor(code: PiiError['code'], message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

export const mostPatterns = 64
const longestPattern = 512
const largestProgram = 2_000 // instructions: `(a{100}){100}` would be linear in the text and still slow
const mostFindings = 1_000 // each may look at the text to its end; what is behind the last is hidden whole

function compile({ name, pattern, ignoreCase = false, confidence = 0.9 }: CustomPattern): Recogniser {
  if (!/^[a-z][a-z0-9-]{0,40}$/.test(name))
    throw new PiiError('PII_PATTERN_NAME', 'a pattern is named in lower case letters, digits and hyphens')
  if (pattern.length === 0 || pattern.length > longestPattern)
    throw new PiiError(
      'PII_PATTERN_LIMIT',
      `pattern ${name} is empty or longer than ${longestPattern} characters`,
    )
  const program = compiled(name, pattern, ignoreCase)
  return { name: `custom:${name}`, types: ['custom'], find: (doc) => matches(program, doc, name, confidence) }
}

function compiled(name: string, pattern: string, ignoreCase: boolean): RE2JS {
  let program: RE2JS
  try {
    program = RE2JS.compile(pattern, ignoreCase ? RE2JS.CASE_INSENSITIVE : 0)
  } catch (cause) {
    throw new PiiError(
      'PII_PATTERN_REFUSED',
      `pattern ${name} is not in the syntax of RE2 (no look-around, no back-references), or repeats too much`,
      { cause },
    )
  }
  if (program.programSize() > largestProgram)
    throw new PiiError('PII_PATTERN_LIMIT', `pattern ${name} repeats too much`)
  if (program.matcher('').find())
    throw new PiiError('PII_PATTERN_REFUSED', `pattern ${name} matches nothing at all`)
  return program
}

function matches(program: RE2JS, doc: Doc, name: string, confidence: number): Finding[] {
  const found: Finding[] = []
  const matcher = program.matcher(doc.text)
  while (found.length < mostFindings && matcher.find()) {
    const start = matcher.start()
    const end = matcher.end()
    if (end > start)
      found.push({
        type: 'custom',
        detail: name,
        start,
        end,
        confidence,
        value: doc.text.slice(start, end),
        by: `custom:${name}`,
      })
  }
  const last = found.at(-1)
  if (found.length === mostFindings && last !== undefined && last.end < doc.text.length)
    found.push({ ...last, start: last.end, end: doc.text.length })
  return found
}

/** Recognisers of a tenant's patterns. Throws `PiiError` for one that cannot be matched in linear time, is too long, or one too many. */
export function customRecognisers(patterns: readonly CustomPattern[]): Recogniser[] {
  if (patterns.length > mostPatterns)
    throw new PiiError('PII_PATTERN_LIMIT', `no more than ${mostPatterns} patterns`)
  return patterns.map(compile)
}
