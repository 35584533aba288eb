import { el, svg } from './dom.ts'
import type { Rung } from './api.ts'

const rowHeight = 26
const top = 34
const [peerX, oursX, width] = [190, 560, 640]

/** What was signalled, as arrows between the peer and us. Addresses are masked by the gateway already. */
export function ladder(rungs: readonly Rung[]): Element {
  if (rungs.length === 0) return el('p', { class: 'empty' }, 'Nothing was signalled yet.')
  const height = top + rungs.length * rowHeight + 10
  const first = rungs[0]?.atMs ?? 0
  const picture = svg(
    'svg',
    {
      viewBox: `0 0 ${width} ${height}`,
      class: 'ladder',
      role: 'img',
      'aria-label': 'SIP messages between the peer and the gateway',
    },
    svg('text', { x: peerX, y: 16, 'text-anchor': 'middle' }, 'peer'),
    svg('text', { x: oursX, y: 16, 'text-anchor': 'middle' }, 'gateway'),
    svg('line', { x1: peerX, y1: 24, x2: peerX, y2: height, class: 'life' }),
    svg('line', { x1: oursX, y1: 24, x2: oursX, y2: height, class: 'life' }),
    ...rungs.map((rung, index) => arrow(rung, top + index * rowHeight + 14, rung.atMs - first)),
  )
  return picture
}

function arrow({ direction, what, cseq, leg }: Rung, y: number, sinceMs: number): SVGElement {
  const [from, to] = direction === 'received' ? [peerX, oursX] : [oursX, peerX]
  const tip = direction === 'received' ? to - 8 : to + 8
  const label = `${what} (${cseq})${leg === undefined ? '' : ` leg ${leg}`}`
  return svg(
    'g',
    { class: /^[456]/.test(what) ? 'refused' : '' },
    svg('text', { x: 8, y: y + 4, class: 'time' }, `+${(sinceMs / 1_000).toFixed(3)} s`),
    svg('line', { x1: from, y1: y, x2: to, y2: y }),
    svg('path', { d: `M ${to} ${y} L ${tip} ${y - 4} L ${tip} ${y + 4} Z` }),
    svg('text', { x: (peerX + oursX) / 2, y: y - 4, 'text-anchor': 'middle' }, label),
  )
}
