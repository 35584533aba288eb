import { el } from './dom.ts'
import { loudness, type Level } from './state.ts'

const [width, height] = [900, 120]
const shown = 300

/** A minute of both sides: the caller above the middle line, what they hear below it. */
export function levelCurve(): { readonly element: HTMLElement; draw(levels: readonly Level[]): void } {
  const canvas = el('canvas', {
    width,
    height,
    role: 'img',
    'aria-label': 'How loud the caller (above) and what they hear (below) were in the last minute',
  }) as HTMLCanvasElement
  const figures = el('p', { class: 'figures' })
  return {
    element: el('div', { class: 'levels' }, canvas, figures),
    draw(levels) {
      const pen = canvas.getContext('2d')
      if (pen === null) return
      const style = getComputedStyle(canvas)
      pen.clearRect(0, 0, width, height)
      const step = width / shown
      levels.forEach(({ inDb, outDb }, index) => {
        const x = width - (levels.length - index) * step
        pen.fillStyle = style.color
        const up = loudness(inDb) * (height / 2)
        pen.fillRect(x, height / 2 - up, step - 0.5, up)
        pen.fillStyle = style.caretColor
        pen.fillRect(x, height / 2, step - 0.5, loudness(outDb) * (height / 2))
      })
      pen.fillStyle = style.textDecorationColor
      pen.fillRect(0, height / 2 - 0.5, width, 1)
      const last = levels.at(-1)
      figures.textContent =
        last === undefined ? 'No audio yet.' : `caller ${last.inDb} dB · to the caller ${last.outDb} dB`
    },
  }
}
