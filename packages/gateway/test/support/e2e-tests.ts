import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** An end-to-end test, as its source tells it without being run. */
export interface E2eTest {
  /** `sipp` for `sipp.e2e.test.ts`. */
  readonly suite: string
  /** Title of the innermost `describe`, where it is a plain text. */
  readonly about: string
  /** What cannot be read from the source is an ellipsis. */
  readonly name: string
  /** Programs without which it is skipped. */
  readonly needs: readonly string[]
}

const ending = '.e2e.test.ts'

export function readE2eTests(folder: string): readonly E2eTest[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(ending))
    .toSorted()
    .flatMap((file) => e2eTestsOf(file.slice(0, -ending.length), readFileSync(join(folder, file), 'utf8')))
}

const call =
  /^ *(?<kind>test|describe)\(\s*(?:(?<quote>['"`])(?<title>(?:(?!\k<quote>).)*)\k<quote>|\w+)(?<options>,[^=]{0,120}=>)?/gm
const need = /without\(([^)]*)\)/

export function e2eTestsOf(suite: string, source: string): readonly E2eTest[] {
  const ofFile = programsIn(need.exec(/^(?:const \w+ = |\w+: ).*without\(.*\)/m.exec(source)?.[0] ?? ''))
  let about = ''
  let ofAll = ofFile
  return [...source.matchAll(call)].flatMap(({ index, groups }) => {
    const { kind, title = '', options = '' } = groups ?? {}
    const own = need.exec(options)
    if (kind === 'describe') {
      about = title
      ofAll = own ? programsIn(own) : /\bskip\b|options/.test(options) ? ofFile : []
      return []
    }
    const needs = own ? programsIn(own) : ofAll
    return namesOf(title, source.slice(0, index)).map((name) => ({ suite, about, name, needs }))
  })
}

function programsIn(call: RegExpExecArray | null): readonly string[] {
  return [...(call?.[1] ?? '').matchAll(/'(\w+)'/g)].map(([, program = '']) => program)
}

/** A title in a loop stands for as many tests as the list above it has entries. */
function namesOf(title: string, before: string): readonly string[] {
  const keys = [...title.matchAll(/\$\{(\w+)\}/g)].map(([, key = '']) => key)
  const list = /for \(const .* of (\w+)(?:\.entries\(\))?\) ?\{?\s*$/.exec(before)?.[1]
  const entries = new RegExp(String.raw`const ${list}\b[^]*?= \[([^]*?)\n {0,2}\]`).exec(before)?.[1] ?? ''
  const columns = keys.map((key) => [
    ...entries.matchAll(new RegExp(String.raw`\b${key}: (?:'([^']*)'|(\d+))`, 'g')),
  ])
  const count = columns[0]?.length ?? 0
  if (count === 0) return [title.replace(/\$\{.*?\}/g, '…')]
  return Array.from({ length: count }, (_, at) =>
    title.replace(/\$\{(\w+)\}/g, (_whole, key: string) => {
      const found = columns[keys.indexOf(key)]?.[at]
      return found?.[1] ?? found?.[2] ?? '…'
    }),
  )
}
