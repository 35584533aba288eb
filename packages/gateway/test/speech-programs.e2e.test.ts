import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { program, without } from './support/counterpart.ts'
import { apartMs, engineOf, hearing } from './support/hear.ts'
import { speakTones } from './support/recogniser.ts'
import { readSamples } from './support/spoken.ts'

const spoken = speakTones('41112222')
const script = join(import.meta.dirname, 'support/speech-program.ts')
const running = (...args: readonly string[]) => ({
  kind: 'command',
  command: [process.execPath, script, ...args],
  sampleRate: 8_000,
})

describe('speech engines that are programs', { timeout: 60_000 }, () => {
  let dir: string
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'voxkeep-programs-'))
  })
  after(() => rm(dir, { recursive: true, force: true }))

  test('a program hears every word once, and when it was said', async () => {
    await using engine = engineOf(running('well'))
    const heard = hearing(engine)
    await heard.say(spoken.samples)
    await heard.session.finish(10_000)
    assert.ok(apartMs(spoken.words, heard.words) <= 30)
    assert.equal(heard.throughMs(), spoken.samples.length / 8)
    assert.deepEqual([engine.facts.region, engine.facts.trainingOptOut], ['here', true])
  })

  test('a program that dies in the middle is started again, and no word is lost or said twice', async () => {
    await using engine = engineOf(running('dies', join(dir, 'died')))
    const heard = hearing(engine)
    await heard.say(spoken.samples)
    await heard.until('its death', () => heard.states.includes('down SPEECH_FAILED'))
    await heard.session.finish(10_000)
    assert.ok(apartMs(spoken.words, heard.words) <= 30)
  })

  test('a program that takes nothing is ended, and claims nothing', async () => {
    await using engine = engineOf({ ...running('deaf'), stallMs: 1_000, attempts: 1 })
    const heard = hearing(engine)
    await heard.say(speakTones('4111222233334444').samples)
    await heard.until('the end', () => heard.ended() !== undefined)
    assert.equal(engine.figures.failures['stalled'], 1)
    assert.equal(heard.throughMs(), 0)
  })

  test('a program ends with its session, and so does what it started', async () => {
    await using engine = engineOf(running('family'))
    const heard = hearing(engine)
    await heard.say(spoken.samples)
    await heard.until('its child', () => heard.words.length > 0)
    const child = Number(heard.words[0]?.text)
    assert.ok(isAlive(child))
    heard.session.close()
    for (let i = 0; i < 100 && isAlive(child); i += 1) await sleep(20)
    assert.ok(!isAlive(child))
  })

  test('a program that is not there is not looked for again', async () => {
    await using engine = engineOf({ kind: 'command', command: ['/nonexistent/engine'] })
    const heard = hearing(engine)
    await heard.until('the end', () => heard.ended() !== undefined)
    assert.equal(heard.ended(), 'SPEECH_REJECTED')
  })

  test('a program sees nothing of our environment that it was not given', async () => {
    process.env['VOXKEEP_TEST_SECRET'] = 'speech-secret'
    const print = `process.stdout.write(JSON.stringify({ type: 'words', final: true, words: [{ text: String(process.env.VOXKEEP_TEST_SECRET), startMs: 0, endMs: 1 }] }) + '\\n')`
    await using engine = engineOf({
      kind: 'command',
      command: [process.execPath, '-e', `${print}; process.stdin.resume()`],
    })
    const heard = hearing(engine)
    await heard.say(spoken.samples.subarray(0, 800))
    await heard.until('its words', () => heard.words.length > 0)
    assert.equal(heard.words[0]?.text, 'undefined')
    delete process.env['VOXKEEP_TEST_SECRET']
  })

  test(
    'pocketsphinx hears words of a small grammar over the telephone, with their times',
    { skip: without('pocketsphinx_continuous', 'espeak-ng') },
    async () => {
      const grammar = join(dir, 'words.gram')
      await writeFile(
        grammar,
        '#JSGF V1.0;\ngrammar words;\npublic <words> = (operator | cancel | continue | recording | appointment | information)+;\n',
      )
      const wav = join(dir, 'said.wav')
      execFileSync(program('espeak-ng'), [
        '-v',
        'en-us+f3',
        '-s',
        '110',
        '-w',
        wav,
        'operator cancel continue.',
      ])
      const said = readSamples(wav)
      const samples = new Int16Array(said.length + 6 * 8_000)
      samples.set(said, 8_000)
      const recognise = `cat | stdbuf -oL ${program('pocketsphinx_continuous')} -infile /dev/stdin -time yes -remove_noise no -jsgf ${grammar} -logfn /dev/null`
      await using engine = engineOf({
        kind: 'command',
        output: 'pocketsphinx',
        command: ['/bin/sh', '-c', recognise],
      })
      const heard = hearing(engine)
      await heard.say(samples)
      await heard.until('words while it listens', () => heard.words.length > 0, 30_000)
      await heard.until(
        'silence after them to be through',
        () => heard.throughMs() > 1_000 + said.length / 8,
        30_000,
      )
      await heard.session.finish(20_000)
      // What it makes of a synthetic voice is mostly wrong: docs/speech.md has figures. The first word it gets, and when each was.
      assert.equal(heard.words[0]?.text, 'operator')
      assert.ok(Math.abs(heard.words[0].startMs - 1_000) < 150)
      for (const { startMs, endMs } of heard.words)
        assert.ok(startMs >= 700 && endMs <= 1_300 + said.length / 8 && endMs > startMs)
      assert.equal(heard.throughMs(), samples.length / 8)
    },
  )
})

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
