import type { DemoFacts } from './facts.ts'
import { audioLines, receiptLines, searchLine, type Line } from './lines.ts'
import { sequenceOf, type Party, type Step } from './sequence.ts'

/** The report for a terminal. */
export function textReport(facts: DemoFacts, problems: readonly string[]): string {
  const { call, attempts = [] } = facts
  return [
    ...(call ? [heading('What happened'), ...sequenceOf(call).map(stepLine)] : []),
    heading('What protected it'),
    ...receiptLines(facts).map(line),
    heading('What came through'),
    ...audioLines(facts).map(line),
    heading('What was tried and must not work'),
    ...attempts.map(({ what, how, refused }) =>
      line([refused ? 'refused' : 'NOT REFUSED', `${what}: ${how}`]),
    ),
    heading('Plaintext in what was written'),
    `  ${searchLine(facts)}`,
    '',
    ...(problems.length === 0
      ? ['All is well.']
      : ['Not well:', ...problems.map((problem) => `  ${problem}`)]),
  ].join('\n')
}

const names: Readonly<Record<Party, string>> = { phone: 'caller', gateway: 'voxkeep', app: 'app' }
const order: readonly Party[] = ['phone', 'gateway', 'app']

function heading(text: string): string {
  return `\n${text}`
}

function line([name, value]: Line): string {
  return `  ${name.padEnd(22)}  ${value}`
}

function stepLine(step: Step): string {
  const at = `${(step.atMs / 1_000).toFixed(3)} s`.padStart(10)
  switch (step.kind) {
    case 'message':
      return `${at}  ${route(step.from, step.to).padEnd(20)}${[step.label, step.note && `(${step.note})`].filter(Boolean).join('  ')}`
    case 'act':
      return `${at}  ${'voxkeep'.padEnd(20)}${step.label}  (${step.note})`
    case 'audio':
      return `${at}  ${'caller ⇄ voxkeep ⇄ app'.padEnd(20)}  ${(step.durationMs / 1_000).toFixed(1)} s of audio  (SRTP ${step.labels.call}; TLS WebSocket, ${step.labels.stream})`
  }
}

/** Always from left to right in the order of the call's path, so that the arrows tell who spoke. */
function route(from: Party, to: Party): string {
  return order.indexOf(from) < order.indexOf(to)
    ? `${names[from]} → ${names[to]}`
    : `${names[to]} ← ${names[from]}`
}
