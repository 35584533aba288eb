import type { Detail } from './api.ts'
import { clockTime, el, show } from './dom.ts'
import { webhooks, type Line, type Seen, type StreamCount } from './state.ts'
import { ladder } from './view-ladder.ts'
import { levelCurve } from './view-levels.ts'
import { receiptView } from './view-receipt.ts'

/** One call: its curve moves with each level, the rest is drawn anew when it was asked for again. */
export interface CallView {
  readonly element: HTMLElement
  levels(seen: Seen): void
  detail(detail: Detail): void
}

export function callView(): CallView {
  const curve = levelCurve()
  const head = el('header', { class: 'facts' })
  const counters = el('div')
  const panels = {
    receipt: el('div'),
    webhooks: el('div'),
    ladder: el('div', { class: 'scroll' }),
    story: el('div', { class: 'scroll' }),
  }
  const panel = (title: string, content: HTMLElement) => el('section', {}, el('h2', {}, title), content)
  return {
    element: el(
      'article',
      { class: 'detail' },
      head,
      curve.element,
      el(
        'div',
        { class: 'panels' },
        panel('Security receipt', panels.receipt),
        panel('Webhooks and what was done', panels.webhooks),
        panel('Streams and audio', counters),
        panel('SIP', panels.ladder),
        panel('Story', panels.story),
      ),
    ),
    levels(seen) {
      curve.draw(seen.levels)
      show(counters, streamTable(seen.streams), counters.querySelector('.media') ?? undefined)
    },
    detail({ call, receipt, ladder: rungs, story, media }) {
      show(
        head,
        el('strong', {}, `${call.from} → ${call.to}`),
        el('span', {}, `${call.direction} by ${call.trunk}, app ${call.app}, ${call.state}`),
        el('code', {}, call.id),
      )
      show(panels.receipt, receiptView(receipt))
      show(panels.webhooks, webhookTable(story))
      show(panels.ladder, ladder(rungs))
      show(panels.story, storyList(story))
      counters.querySelector('.media')?.remove()
      if (media !== null) counters.append(mediaTable(media))
    },
  }
}

function webhookTable(story: readonly Line[]): HTMLElement {
  const asked = webhooks(story)
  if (asked.length === 0) return el('p', { class: 'empty' }, 'The app was not asked yet.')
  return table(
    ['when', 'asked', 'outcome', 'commands'],
    asked.map(({ at, type, host, outcome, commands }) => [
      clockTime(at),
      `${type} at ${host}`,
      outcome,
      commands.join(', '),
    ]),
  )
}

function streamTable(streams: readonly StreamCount[]): HTMLElement {
  if (streams.length === 0) return el('p', { class: 'empty' }, 'No stream is open.')
  return table(
    ['stream', 'frames to the app', 'played', 'dropped'],
    streams.map((one) => [one.id.slice(-6), one.frames_in, one.frames_out, one.frames_dropped].map(String)),
  )
}

const mediaWords: readonly (readonly [string, string])[] = [
  ['packetsIn', 'packets in'],
  ['packetsOut', 'packets out'],
  ['lost', 'lost'],
  ['jitterMs', 'jitter, ms'],
  ['rttMs', 'round trip, ms'],
  ['mos', 'MOS'],
  ['toAppP50Ms', 'to the app, ms (p50)'],
  ['toAppP99Ms', 'to the app, ms (p99)'],
]

function mediaTable(media: Readonly<Record<string, unknown>>): HTMLElement {
  const rows = mediaWords.flatMap(([key, word]) => {
    const value = media[key]
    return typeof value === 'number' ? [[word, String(Math.round(value * 100) / 100)]] : []
  })
  const made = table(['audio of the caller’s leg', ''], rows)
  made.classList.add('media')
  return made
}

function storyList(story: readonly Line[]): HTMLElement {
  const lines = story.map(({ at, kind, fields }) => {
    const told = Object.entries(fields).map(([name, value]) => `${name}=${String(value)}`)
    return el('li', {}, el('time', {}, clockTime(at)), el('b', {}, kind), ` ${told.join(' ')}`)
  })
  return el('ol', { class: 'story' }, ...lines.toReversed())
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): HTMLElement {
  return el(
    'table',
    {},
    el('thead', {}, el('tr', {}, ...heads.map((head) => el('th', {}, head)))),
    el('tbody', {}, ...rows.map((cells) => el('tr', {}, ...cells.map((cell) => el('td', {}, cell))))),
  )
}
