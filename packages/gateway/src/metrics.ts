import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client'

export type Labels = Readonly<Record<string, string>>

/** The process's metrics in Prometheus form. Label values come from our own words and from config names, never from the wire. */
export interface Metrics {
  /** Adds one (or `by`) to `voxkeep_<name>_total`. */
  count(name: string, labels?: Labels, by?: number): void
  /** Reads a value whenever somebody asks for the metrics. */
  gauge(name: string, help: string, read: () => number): void
  /** Reads a value for each value of a label that there is at that moment. */
  gauges(
    name: string,
    help: string,
    label: string,
    read: () => Iterable<readonly [value: string, of: number]>,
  ): void
  text(): Promise<string>
}

const maxSeriesEach = 200 // a mistake in a label may not grow memory

export function openMetrics(): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry, prefix: 'voxkeep_' })
  const counters = new Map<string, { counter: Counter; series: Set<string> }>()
  return {
    count(name, labels = {}, by = 1) {
      const known = counters.get(name) ?? {
        counter: newCounter(registry, name, labels),
        series: new Set<string>(),
      }
      counters.set(name, known)
      const series = JSON.stringify(labels)
      if (!known.series.has(series) && known.series.size >= maxSeriesEach) return
      known.series.add(series)
      known.counter.inc({ ...labels }, by)
    },
    gauge(name, help, read) {
      const gauge: Gauge = new Gauge({
        name: `voxkeep_${name}`,
        help,
        registers: [registry],
        collect: () => gauge.set(read()),
      })
    },
    gauges(name, help, label, read) {
      const gauge: Gauge = new Gauge({
        name: `voxkeep_${name}`,
        help,
        labelNames: [label],
        registers: [registry],
        collect() {
          gauge.reset()
          for (const [value, of] of read()) gauge.set({ [label]: value }, of)
        },
      })
    },
    text: () => registry.metrics(),
  }
}

function newCounter(registry: Registry, name: string, labels: Labels): Counter {
  const help = name.replaceAll('_', ' ')
  return new Counter({
    name: `voxkeep_${name}_total`,
    help,
    labelNames: Object.keys(labels),
    registers: [registry],
  })
}
