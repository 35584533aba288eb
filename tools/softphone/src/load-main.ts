import { readFileSync } from 'node:fs'
import { loadCalls } from './load-calls.ts'
import type { LoadOptions } from './load-run.ts'

/**
 * A load run as a process of its own: `node load-main.ts OPTIONS.json`, where the file holds `LoadOptions` and `caFile`
 * may stand for `ca`. Writes a JSON line for each phase and at last the report.
 */
const [path] = process.argv.slice(2)
if (path === undefined) {
  console.error('usage: node load-main.ts OPTIONS.json')
  process.exit(2)
}
const { caFile, ...options } = JSON.parse(readFileSync(path, 'utf8')) as LoadOptions & { caFile?: string }
const report = await loadCalls({
  ...options,
  ...(caFile !== undefined && { ca: readFileSync(caFile, 'utf8') }),
  onPhase: (phase) => console.log(JSON.stringify({ phase })),
})
console.log(JSON.stringify({ report }))
