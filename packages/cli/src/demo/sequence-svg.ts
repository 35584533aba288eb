import { markup, type Markup } from './markup.ts'
import type { Party, Step } from './sequence.ts'

type Message = Extract<Step, { kind: 'message' }>
type Act = Extract<Step, { kind: 'act' }>
type Audio = Extract<Step, { kind: 'audio' }>

const width = 960
const lifelineTop = 60
const heights: Readonly<Record<Step['kind'], number>> = { message: 40, act: 42, audio: 96 }
const columns: Readonly<Record<Party, number>> = { phone: 165, gateway: 500, app: 835 }
const heads: readonly (readonly [party: Party, name: string, role: string])[] = [
  ['phone', 'Caller', 'phone'],
  ['gateway', 'Voxkeep', 'gateway'],
  ['app', 'Your app', 'here: the echo'],
]

/** The call as a sequence diagram, from top to bottom and not to scale; its colours are the page's. */
export function sequenceSvg(steps: readonly Step[]): Markup {
  const rows: Markup[] = []
  let y = lifelineTop + 14
  for (const step of steps) {
    const height = heights[step.kind]
    const middle = y + height / 2
    rows.push(
      markup`<text class="time" x="62" y="${middle + 4}">${timeOf(step.atMs)}</text>`,
      row(step, middle),
    )
    y += height
  }
  const bottom = y + 14
  const lines = Object.values(columns).map(
    (x) => markup`<line class="life" x1="${x}" x2="${x}" y1="${lifelineTop}" y2="${bottom}"/>`,
  )
  return markup`<svg class="sequence" viewBox="0 0 ${width} ${bottom + 6}" role="img" aria-label="The call as a sequence of messages">
<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerUnits="userSpaceOnUse" markerWidth="13" markerHeight="13" orient="auto-start-reverse"><path d="M0 .5 8 4 0 7.5Z"/></marker></defs>
${lines}${heads.map(headBox)}${rows}</svg>`
}

function headBox([party, name, role]: (typeof heads)[number]): Markup {
  const x = columns[party]
  return markup`<g class="party"><rect x="${x - 66}" y="6" width="132" height="50" rx="10"/><text class="name" x="${x}" y="28">${name}</text><text class="role" x="${x}" y="45">${role}</text></g>`
}

function timeOf(atMs: number): string {
  return atMs < 1_000 ? `${Math.round(atMs)} ms` : `${(atMs / 1_000).toFixed(2)} s`
}

function row(step: Step, middle: number): Markup {
  switch (step.kind) {
    case 'message':
      return arrow(step, middle)
    case 'act':
      return actRow(step, middle)
    case 'audio':
      return audioRow(step, middle)
  }
}

function arrow({ route, label, note }: Message, y: number): Markup {
  const [from, to] = route.split(' ') as [Party, Party]
  const towards = columns[from] < columns[to] ? 1 : -1
  const [start, end] = [columns[from] + 5 * towards, columns[to] - 5 * towards]
  const kind = from === 'app' || to === 'app' ? 'app' : 'sip'
  return markup`<g class="message ${kind}"><line x1="${start}" x2="${end}" y1="${y + 4}" y2="${y + 4}" marker-end="url(#head)"/>${legend(label, note, (start + end) / 2, y)}</g>`
}

/** What stands on a line, the note after the label and fainter. */
function legend(label: string, note: string, x: number, y: number): Markup {
  const after = note === '' ? markup`` : markup`<tspan class="note" dx="7">${note}</tspan>`
  return markup`<text class="label" x="${x}" y="${y - 4}">${label}${after}</text>`
}

function actRow({ label, note }: Act, y: number): Markup {
  const x = columns.gateway
  return markup`<g class="act"><rect x="${x - 165}" y="${y - 15}" width="330" height="30" rx="15"/><text class="label" x="${x}" y="${y + 4}">${label}<tspan class="note" dx="7">${note}</tspan></text></g>`
}

function audioRow({ labels, durationMs }: Audio, y: number): Markup {
  const { phone, gateway, app } = columns
  const leg = (kind: string, a: number, b: number, label: string, note: string) =>
    markup`<g class="message audio ${kind}"><line x1="${a + 6}" x2="${b - 6}" y1="${y - 12}" y2="${y - 12}" marker-start="url(#head)" marker-end="url(#head)"/>${legend(label, note, (a + b) / 2, y - 18)}</g>`
  return markup`<g class="band"><rect x="${phone - 66}" y="${y - 43}" width="${app - phone + 132}" height="86" rx="12"/>${leg('sip', phone, gateway, labels.call, 'SRTP')}${leg('app', gateway, app, labels.stream, 'TLS')}<text class="span" x="${gateway}" y="${y + 12}">${(durationMs / 1_000).toFixed(1)} s of audio, there and back</text><text class="span faint" x="${gateway}" y="${y + 30}">${labels.recording}</text></g>`
}
