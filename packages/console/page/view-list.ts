import { el, seconds } from './dom.ts'
import { loudness, ordered, type Calls, type Seen } from './state.ts'

/** The calls, each a button; `chosen` is pressed. */
export function callList(
  calls: Calls,
  chosen: string | undefined,
  nowMs: number,
  choose: (id: string) => void,
): HTMLElement {
  const rows = ordered(calls).map((seen) => row(seen, seen.call.id === chosen, nowMs, choose))
  return rows.length === 0
    ? el('p', { class: 'empty' }, 'No calls at the moment. The next one appears here by itself.')
    : el('ul', { class: 'calls' }, ...rows)
}

function row(
  { call, levels }: Seen,
  isChosen: boolean,
  nowMs: number,
  choose: (id: string) => void,
): HTMLElement {
  const [left, right] = call.direction === 'inbound' ? [call.from, call.app] : [call.app, call.to]
  const since = call.answered_at ?? call.started_at
  const told = call.state === 'ended' ? (call.end_reason ?? 'ended') : seconds(nowMs - Date.parse(since))
  const latest = levels.at(-1)
  const button = el(
    'button',
    { type: 'button', 'aria-pressed': isChosen ? 'true' : 'false', class: `call ${call.state}` },
    el('span', { class: 'who' }, left, el('span', { class: 'arrow', 'aria-hidden': 'true' }, ' → '), right),
    el('span', { class: 'state' }, `${call.state === 'ended' ? '' : `${call.state} `}${told}`),
    bar('caller', call.state === 'active' ? latest?.inDb : undefined),
    bar('to the caller', call.state === 'active' ? latest?.outDb : undefined),
  )
  button.addEventListener('click', () => choose(call.id))
  return el('li', {}, button)
}

/** A level as a bar; the browser's own, so that it needs no style of its own to be right. */
function bar(label: string, db: number | undefined): HTMLElement {
  return el('meter', { min: 0, max: 1, value: loudness(db ?? -Infinity).toFixed(2), 'aria-label': label })
}
