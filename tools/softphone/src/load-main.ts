import { readFileSync } from 'node:fs'
import { loadRounds } from './load-calls.ts'
import type { LoadAnswer, LoadOptions } from './load-run.ts'

/**
 * A load run as a process of its own: `node load-main.ts OPTIONS.json`, where the file holds `LoadOptions`, and `caFile`,
 * `answer.certFile` and `answer.keyFile` may stand for what they hold. Writes a JSON line for each phase and for each
 * round's report.
 */
type Files = LoadOptions & {
  caFile?: string
  answer?: LoadAnswer & { certFile?: string; keyFile?: string }
}
const [path] = process.argv.slice(2)
if (path === undefined) {
  console.error('usage: node load-main.ts OPTIONS.json')
  process.exit(2)
}
const read = (file: string) => readFileSync(file, 'utf8')
const { caFile, answer, ...options } = JSON.parse(read(path)) as Files
const reports = await loadRounds({
  ...options,
  ...(caFile !== undefined && { ca: read(caFile) }),
  ...(answer !== undefined && {
    answer: {
      ...answer,
      ...(answer.certFile !== undefined && { cert: read(answer.certFile) }),
      ...(answer.keyFile !== undefined && { key: read(answer.keyFile) }),
    },
  }),
  onPhase: (phase) => console.log(JSON.stringify({ phase })),
})
for (const report of reports) console.log(JSON.stringify({ report }))
