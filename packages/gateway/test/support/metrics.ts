import type { GatewayProcess } from './gateway-process.ts'

/** The value of a metric, 0 when nothing was counted. Labels are given as they are written: `why="stranger"`. */
export type Metric = (name: string, label?: string) => number

/** What `/metrics` says now; the gateway's token must have `metrics:read`. */
export async function readMetrics({ apiPort, token }: GatewayProcess): Promise<Metric> {
  const headers = { authorization: `Bearer ${token}` }
  const response = await fetch(`https://127.0.0.1:${apiPort}/metrics`, { headers })
  if (!response.ok) throw new Error(`/metrics answered ${response.status}`)
  const lines = (await response.text()).split('\n')
  return (name, label) => {
    const begin = label === undefined ? `voxkeep_${name} ` : `voxkeep_${name}{${label}} `
    return Number(lines.find((line) => line.startsWith(begin))?.slice(begin.length) ?? 0)
  }
}
