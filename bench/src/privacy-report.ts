import type { Figures } from './privacy-score.ts'
import type { PrivacyReport } from './privacy.ts'

const languages = ['en', 'es', 'de', 'fr', 'hi'] as const
const forms = ['written', 'spoken', 'heard', 'dialogue'] as const

/** The report for a person: the totals, then a line for each type. */
export function describePrivacy({ structured, names, mbPerSecond, byType, presidio }: PrivacyReport): string {
  const total = (name: string, { recall, precision }: Figures) =>
    `${name.padEnd(22)} recall ${cell(recall)}  precision ${cell(precision)}`
  const head = ['labels', 'recall', 'precision', 'named', ...languages, ...forms]
  const rows = Object.entries(byType).map(([type, { count, recall, precision, named, recallBy }]) =>
    row(type, [
      String(count),
      ...[recall, precision, named].map(cell),
      ...[...languages, ...forms].map((of) => cell(recallBy[of])),
    ]),
  )
  const theirs = presidio && [
    '',
    `Presidio's own set: ${presidio.sentences} sentences, recall ${cell(presidio.recall)} (of our types ${cell(presidio.recallOfOurTypes)}), precision ${cell(presidio.precision)}`,
    ...Object.entries(presidio.byType).map(([type, { count, recall }]) =>
      row(type, [String(count), cell(recall)]),
    ),
  ]
  return [
    total('structured', structured),
    total('names', names),
    `${'mbPerSecond'.padEnd(22)} ${mbPerSecond}`,
    '',
    row('', head),
    ...rows,
    ...(theirs ?? []),
  ].join('\n')
}

function row(name: string, cells: readonly string[]): string {
  return name.padEnd(18) + cells.map((text) => text.padStart(10)).join('')
}

function cell(value: number | undefined): string {
  return value === undefined ? '-' : value.toFixed(4)
}
