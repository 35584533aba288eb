import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { parseWav } from '@voxkeep/wire/wav'
import { tryVoice } from './voice-try-command.ts'

describe('tryVoice()', () => {
  let folder = ''
  let config = ''
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'voxkeep-voice-'))
    config = join(folder, 'voxkeep.yaml')
    const script = 'process.stdin.on("end",()=>process.stdout.write(Buffer.alloc(16000))).resume()'
    const voice = {
      id: 'amy',
      kind: 'command',
      command: [process.execPath, '-e', script],
      output: 'pcm',
      sampleRate: 8_000,
    }
    const missing = { id: 'missing', kind: 'command', command: ['/nowhere/espeak'] }
    const tls = { certFile: 'c', keyFile: 'k' }
    writeFileSync(
      config,
      JSON.stringify({ dataDir: folder, sip: { listen: [{ tls }] }, voices: [voice, missing] }),
    )
  })
  after(() => rmSync(folder, { recursive: true }))

  test('tryVoice() writes what a telephone would carry, and says how long it took', async () => {
    const lines: string[] = []
    const file = join(folder, 'out.wav')
    await tryVoice(config, { text: 'Hello', file }, (line) => lines.push(line))
    const wav = parseWav(readFileSync(file))
    assert.ok(!('error' in wav))
    assert.deepEqual([wav.format, wav.sampleRateHz, wav.data.length], ['ulaw', 8_000, 8_000])
    assert.match(lines.join(), /^amy: 1\.00 s of speech in \d+ ms, the first of it after \d+ ms$/)
  })

  test('tryVoice() says what is wrong, and what to do', async () => {
    const file = join(folder, 'none.wav')
    const attempt = (more: object) => tryVoice(config, { text: 'Hello', file, ...more }, () => {})
    await assert.rejects(attempt({ voice: 'nobody' }), /there is no voice "nobody" under voices/)
    await assert.rejects(
      attempt({ voice: 'missing' }),
      /VOICE_MISSING: install it \(Debian: apt install espeak-ng\)/,
    )
    await assert.rejects(attempt({ text: '<speak>' }), /VOICE_TEXT/)
  })
})
