/** One line of a chart. */
export interface Series {
  readonly name: string
  readonly points: readonly (readonly [x: number, y: number])[]
}

export interface Chart {
  readonly title: string
  readonly xLabel: string
  readonly yLabel: string
  readonly series: readonly Series[]
  /** A line across, at what was aimed at. */
  readonly target?: { readonly name: string; readonly y: number }
}

const [width, height] = [640, 360]
const edge = { left: 64, right: 24, top: 48, bottom: 56 }
const [innerWidth, innerHeight] = [width - edge.left - edge.right, height - edge.top - edge.bottom]
const colours = ['#1a6fb0', '#c2410c', '#15803d', '#7c3aed']
const grid = 5 // lines

/** The chart as an SVG that needs nothing else, readable on light and on dark. */
export function drawChart(chart: Chart): string {
  const xMax = niceMax(chart.series.flatMap(({ points }) => points.map(([x]) => x)))
  const yMax = niceMax([
    ...chart.series.flatMap(({ points }) => points.map(([, y]) => y)),
    chart.target?.y ?? 0,
  ])
  const at = (x: number, y: number) =>
    `${round(edge.left + (innerWidth * x) / xMax)},${round(edge.top + innerHeight * (1 - y / yMax))}`
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    text(edge.left, 22, chart.title, 'font-size="15" font-weight="bold"'),
    ...gridLines(xMax, yMax),
    text(edge.left + innerWidth / 2, height - 12, chart.xLabel, 'text-anchor="middle"'),
    text(16, edge.top - 10, chart.yLabel, ''),
    ...(chart.target === undefined ? [] : targetLine(chart.target, at, xMax)),
    ...chart.series.flatMap((series, index) => seriesLines(series, index, at)),
    '</svg>',
    '',
  ].join('\n')
}

type At = (x: number, y: number) => string

function gridLines(xMax: number, yMax: number): string[] {
  return Array.from({ length: grid + 1 }, (_, n) => {
    const [x, y] = [edge.left + (innerWidth * n) / grid, edge.top + innerHeight * (1 - n / grid)]
    return [
      `<path d="M${edge.left} ${round(y)}h${innerWidth}" stroke="#ddd"/>`,
      text(edge.left - 8, y + 4, label((yMax * n) / grid), 'text-anchor="end"'),
      text(x, edge.top + innerHeight + 18, label((xMax * n) / grid), 'text-anchor="middle"'),
    ].join('\n')
  })
}

function targetLine({ name, y }: { name: string; y: number }, at: At, xMax: number): string[] {
  const [x, lineY] = at(xMax, y).split(',')
  return [
    `<path d="M${at(0, y)}L${at(xMax, y)}" stroke="#666" stroke-dasharray="5 4"/>`,
    text(Number(x), Number(lineY) - 5, name, 'text-anchor="end" fill="#666"'),
  ]
}

function seriesLines({ name, points }: Series, index: number, at: At): string[] {
  const colour = colours[index % colours.length] ?? ''
  const places = points.map(([x, y]) => at(x, y))
  return [
    `<polyline points="${places.join(' ')}" fill="none" stroke="${colour}" stroke-width="2"/>`,
    ...places.map((place) => {
      const [x, y] = place.split(',')
      return `<circle cx="${x}" cy="${y}" r="3" fill="${colour}"/>`
    }),
    text(edge.left + 8 + index * 190, edge.top - 10, `■ ${name}`, `fill="${colour}" dx="60"`),
  ]
}

/** The next of 1, 2, 2.5, 5 times a power of ten that holds all values. */
export function niceMax(values: readonly number[]): number {
  const max = Math.max(...values, 0)
  if (max === 0) return 1
  const power = 10 ** Math.floor(Math.log10(max))
  return ([1, 2, 2.5, 5, 10].find((step) => step * power >= max) ?? 10) * power
}

function label(value: number): string {
  return String(Number(value.toPrecision(3)))
}

function text(x: number, y: number, content: string, attributes: string): string {
  const escaped = content.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
  return `<text x="${round(x)}" y="${round(y)}" ${attributes}>${escaped}</text>`
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
