import { spawn } from 'node:child_process'
import { toneRecogniser } from './recogniser.ts'

/**
 * An engine of kind `command`: 16-bit samples at 8 kHz in, messages out, one a line. Its argument says how it behaves: `well`, `dies` in the
 * middle the first time it is run with this file name, `deaf` reads nothing, `family` starts a child of its own that would live on.
 */
const [, , behaviour = 'well', mark = ''] = process.argv
const recogniser = toneRecogniser()
const say = (message: object) => process.stdout.write(`${JSON.stringify(message)}\n`)

function progress(flush: boolean): void {
  const said = recogniser.utterance(flush)
  if (said !== undefined) say({ type: 'words', final: true, words: said })
  if (recogniser.partial.length === 0)
    say({ type: 'through', ms: Math.max(0, recogniser.heardMs - (said === undefined ? 500 : 0)) })
  else say({ type: 'heard', ms: recogniser.heardMs })
}

async function dies(): Promise<boolean> {
  const { writeFileSync } = await import('node:fs')
  try {
    writeFileSync(mark, '', { flag: 'wx' })
    return true
  } catch {
    return false
  }
}

if (behaviour === 'family') {
  const child = spawn('sleep', ['300'], { stdio: 'ignore' })
  say({ type: 'words', final: true, words: [{ text: String(child.pid), startMs: 0, endMs: 1 }] })
}
if (behaviour === 'deaf') setInterval(() => {}, 60_000)
else {
  const dying = behaviour === 'dies' && (await dies())
  let odd = Buffer.alloc(0)
  process.stdin.on('data', (bytes: Buffer) => {
    const all = Buffer.concat([odd, bytes])
    const whole = all.length & ~1
    odd = all.subarray(whole)
    recogniser.push(new Int16Array(all.buffer.slice(all.byteOffset, all.byteOffset + whole)))
    progress(false)
    if (dying && recogniser.heardMs > 3_000) process.kill(process.pid, 'SIGKILL')
  })
  process.stdin.on('end', () => {
    progress(true)
    say({ type: 'done' })
  })
}
