import { parseArgs } from 'node:util'
import { keepFault, readCorpus, writeCorpus } from './corpus.ts'
import { runTarget } from './run-target.ts'
import { targets } from './targets.ts'

const usage = `usage: node packages/gateway/fuzz/main.ts [--seconds N] [--target NAME]… [--seed N] [--keep]
  --seconds  for how long, all targets together (default 60)
  --target   only these: ${targets.map(({ name }) => name).join(', ')}
  --seed     for the same run again (default: from the clock)
  --keep     add what reached something new to the corpus, and drop from it what is not needed any more`

const atOnce = 2

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string', default: '60' },
      target: { type: 'string', multiple: true, default: [] },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      keep: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  const chosen = targets.filter(({ name }) => values.target.length === 0 || values.target.includes(name))
  if (values.help || chosen.length === 0) {
    process.stdout.write(`${usage}\n`)
    return values.help ? 0 : 2
  }
  const seed = Number(values.seed)
  const secondsEach = (Number(values.seconds) * atOnce) / Math.max(chosen.length, atOnce)
  process.stdout.write(`seed ${seed}, ${secondsEach.toFixed(1)} s for each of ${chosen.length} targets\n`)
  const waiting = [...chosen]
  let faults = 0
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const corpus = readCorpus(next.name)
      const order = { target: next.name, seed, seconds: secondsEach, corpus, distil: values.keep }
      const { runs, blocks, found, finding, needed, heapMb } = await runTarget(order)
      const figures = `${runs} inputs, ${blocks} blocks, ${found.length} new, heap ${heapMb.toFixed(0)} MB`
      process.stdout.write(
        `${finding === undefined ? 'ok   ' : 'FAULT'} ${next.name.padEnd(12)} ${figures}\n`,
      )
      if (needed !== undefined) writeCorpus(next.name, needed)
      if (finding === undefined) continue
      faults += 1
      const path = keepFault(next.name, finding.input)
      process.stdout.write(`${finding.error}\ninput kept at ${path}\n`)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  process.stdout.write(`${chosen.length - faults} targets ok, ${faults} with a fault\n`)
  return faults === 0 ? 0 : 1
}

process.exitCode = await main()
