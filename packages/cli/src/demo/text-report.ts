import type { DemoFacts } from './facts.ts'
import { audioLines, receiptLines, searchLine, type Line } from './lines.ts'
import { sequenceOf, type Route, type Step } from './sequence.ts'

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

function heading(text: string): string {
  return `\n${text}`
}

function line([name, value]: Line): string {
  return `  ${name.padEnd(22)}  ${value}`
}

function stepLine(step: Step): string {
  const at = `${(step.atMs / 1_000).toFixed(3)} s`.padStart(10)
  const said = (label: string, note: string) => (note === '' ? label : `${label}  (${note})`)
  switch (step.kind) {
    case 'message':
      return `${at}  ${routes[step.route]}  ${said(step.label, step.note)}`
    case 'act':
      return `${at}  ${gatewayAlone}  ${said(step.label, step.note)}`
    case 'audio':
      return `${at}  ${everyone}  ${audioText(step)}`
  }
}

function audioText({ durationMs, labels }: Extract<Step, { kind: 'audio' }>): string {
  return `${(durationMs / 1_000).toFixed(1)} s of audio  (SRTP ${labels.call}; TLS WebSocket, ${labels.stream})`
}

const everyone = 'caller ◀──▶ voxkeep ◀──▶ app'
const gatewayAlone = '            voxkeep         '
/** Each party has its column, as in a ladder. */
const routes: Readonly<Record<Route, string>> = {
  'phone gateway': 'caller ───▶ voxkeep         ',
  'gateway phone': 'caller ◀─── voxkeep         ',
  'gateway app': '            voxkeep ───▶ app',
  'app gateway': '            voxkeep ◀─── app',
}
