import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { fakeSession, said } from './fake-engine.ts'

describe('streamingSession()', () => {
  test('streamingSession() greets, sends what was said, and tells the words with the times of the voice', () => {
    const { told, session, latest, speak } = fakeSession()
    speak(500, 1_500)
    assert.deepEqual(latest().sent, [], 'nothing before it is open')
    latest().open()
    assert.equal(latest().sent[0], 'hello')
    assert.equal(latest().audioMs(), 1_000)
    latest().say(said(false, ['my', 0, 200]), { kind: 'heard', ms: 300 })
    latest().say(said(true, ['my', 0, 200], ['card', 250, 600]), { kind: 'through', ms: 900 })
    session.close()
    assert.deepEqual(told, [
      'up SPEECH_CONNECTED',
      'partial 0: my@500-700',
      'final 0: my@500-700 card@750-1100',
      'through 1400',
    ])
  })

  test('streamingSession() fills short holes with silence and keeps the times true over long ones', () => {
    const { told, latest, speak } = fakeSession()
    latest().open()
    speak(0, 1_000)
    speak(1_400, 2_000)
    assert.equal(latest().audioMs(), 2_000)
    speak(60_000, 61_000)
    assert.equal(latest().audioMs(), 4_000, 'a second of silence stands for a minute')
    latest().say(said(true, ['one', 1_500, 1_900], ['two', 3_100, 3_500]), { kind: 'through', ms: 4_000 })
    assert.deepEqual(told.slice(1), ['final 0: one@1500-1900 two@60100-60500', 'through 61000'])
  })

  test('streamingSession() connects again in mid-word and sends again what was not acknowledged, once', () => {
    const { clock, told, lines, latest, speak } = fakeSession()
    latest().open()
    speak(0, 3_000)
    latest().say(
      said(true, ['four', 100, 400]),
      { kind: 'through', ms: 1_030 },
      said(false, ['one', 1_100, 1_400]),
    )
    latest().end('failed')
    speak(3_000, 4_000)
    clock.advance(200)
    assert.equal(lines.length, 2)
    latest().open()
    assert.equal(latest().audioMs(), 2_970, 'from what was acknowledged, not from the start of a message')
    latest().say(said(true, ['one', 70, 400], ['two', 500, 900]), { kind: 'through', ms: 2_970 })
    assert.deepEqual(told, [
      'up SPEECH_CONNECTED',
      'final 0: four@100-400',
      'through 1030',
      'partial 1: one@1100-1400',
      'down SPEECH_FAILED',
      'up SPEECH_CONNECTED',
      'final 1: one@1100-1430 two@1530-1930',
      'through 4000',
    ])
  })

  test('streamingSession() keeps a bounded part of what waits, and tells what the engine never heard', () => {
    const { told, meter, latest, speak } = fakeSession()
    speak(0, 14_000)
    assert.equal(meter.counted['lost'], 4_000)
    latest().open()
    assert.deepEqual(told.at(-1), 'up SPEECH_CONNECTED')
    assert.equal(told.filter((line) => line.startsWith('lost')).length, 40)
    assert.deepEqual(told[0], 'lost 0-100')
    latest().say({ kind: 'through', ms: 10_000 })
    assert.equal(told.at(-1), 'through 14000')
  })

  test('streamingSession() tells as lost what a dead connection heard and nobody can send again', () => {
    const { clock, told, latest, speak } = fakeSession()
    latest().open()
    for (let at = 0; at < 30_000; at += 1_000) {
      speak(at, at + 1_000)
      latest().say({ kind: 'heard', ms: at + 1_000 })
    }
    latest().end('failed')
    clock.advance(200)
    latest().open()
    assert.equal(latest().audioMs(), 10_000)
    assert.deepEqual(told, [
      'up SPEECH_CONNECTED',
      'down SPEECH_FAILED',
      'lost 0-20000',
      'up SPEECH_CONNECTED',
    ])
  })

  test('streamingSession() gives a slow engine no more than it can still take in, and says that it is behind', () => {
    const { clock, told, meter, latest, speak } = fakeSession()
    latest().open()
    speak(0, 18_000)
    assert.equal(latest().audioMs(), 10_000)
    clock.advance(1_000)
    assert.equal(meter.counted['lag'], 18_000)
    latest().say({ kind: 'heard', ms: 8_000 })
    assert.equal(latest().audioMs(), 18_000)
    latest().say({ kind: 'heard', ms: 17_500 })
    clock.advance(1_000)
    assert.deepEqual(told, ['up SPEECH_CONNECTED', 'behind SPEECH_BEHIND', 'up SPEECH_CAUGHT_UP'])
  })

  test('streamingSession() does not pile up audio in a socket that nobody reads', () => {
    const { clock, latest, speak } = fakeSession()
    latest().open()
    latest().waitingBytes = 40_000
    speak(0, 1_000)
    assert.equal(latest().audioMs(), 0)
    latest().waitingBytes = 0
    clock.advance(1_000)
    assert.equal(latest().audioMs(), 1_000)
  })

  test('streamingSession() leaves an engine that takes audio and never answers', () => {
    const { clock, told, lines, meter, latest, speak } = fakeSession()
    latest().open()
    const first = latest()
    speak(0, 6_000)
    clock.advance(17_000)
    assert.ok(first.isClosed)
    assert.equal(lines.length, 2)
    assert.equal(meter.counted['failed stalled'], 1)
    assert.equal(told.at(-1), 'down SPEECH_STALLED')
    latest().open()
    clock.advance(60_000)
    assert.equal(meter.counted['failed stalled'], 2, 'it owes an answer to what was sent again')
  })

  test('streamingSession() does not take silence for a stall when nothing was sent', () => {
    const { clock, lines, latest } = fakeSession()
    latest().open()
    clock.advance(600_000)
    assert.equal(lines.length, 1)
  })

  test('streamingSession() gives up after so many failures in a row, and not before', () => {
    const { clock, told, lines, session, latest, speak } = fakeSession()
    for (let i = 0; i < 3; i += 1) {
      latest().end('unreachable')
      clock.advance(10_000)
    }
    assert.equal(lines.length, 4)
    latest().open()
    speak(0, 100)
    latest().say({ kind: 'heard', ms: 100 })
    for (let i = 0; i < 4; i += 1) {
      latest().end('unreachable')
      clock.advance(10_000)
    }
    assert.equal(lines.length, 7)
    assert.equal(told.at(-1), 'ended SPEECH_GAVE_UP')
    session.audio(new Uint8Array(800), 0)
    assert.equal(clock.timers, 0)
  })

  test('streamingSession() does not count it as success that a connection opens and breaks', () => {
    const { clock, told, latest } = fakeSession()
    for (let i = 0; i < 4; i += 1) {
      latest().open()
      latest().end('failed')
      clock.advance(10_000)
    }
    assert.equal(told.at(-1), 'ended SPEECH_GAVE_UP')
  })

  for (const why of ['unauthorised', 'untrusted', 'blocked', 'rejected'] as const) {
    test(`streamingSession() tries nothing again that is ${why}`, () => {
      const { clock, told, lines, latest } = fakeSession()
      latest().end(why)
      clock.advance(60_000)
      assert.equal(lines.length, 1)
      assert.deepEqual(told, [`ended SPEECH_${why.toUpperCase()}`])
    })
  }

  test('finish() says that no more comes, waits for the last words, and closes', async () => {
    const { told, session, latest, speak, clock } = fakeSession()
    latest().open()
    speak(0, 1_000)
    const finished = session.finish(5_000)
    assert.equal(latest().sent.at(-1), 'bye')
    session.audio(new Uint8Array(800), 1_000)
    assert.equal(latest().audioMs(), 1_000, 'nothing after the end')
    latest().say(said(true, ['over', 100, 900]), { kind: 'done' })
    await finished
    assert.ok(latest().isClosed)
    assert.deepEqual(told.slice(1), ['final 0: over@100-900', 'through 1000'])
    assert.equal(clock.timers, 0)
  })

  test('finish() waits no longer than it is told to, and claims nothing then', async () => {
    const { told, session, latest, speak, clock } = fakeSession()
    latest().open()
    speak(0, 1_000)
    const finished = session.finish(2_000)
    clock.advance(2_001)
    await finished
    assert.deepEqual(told, ['up SPEECH_CONNECTED'])
    assert.equal(clock.timers, 0)
  })

  test('finish() sends the rest over a new connection when the old one breaks in the middle', async () => {
    const { told, session, lines, latest, speak, clock } = fakeSession()
    latest().open()
    speak(0, 1_000)
    const finished = session.finish(5_000)
    latest().end('failed')
    clock.advance(200)
    assert.equal(lines.length, 2)
    latest().open()
    assert.equal(latest().audioMs(), 1_000)
    assert.equal(latest().sent.at(-1), 'bye')
    latest().say({ kind: 'done' })
    await finished
    assert.equal(told.at(-1), 'through 1000')
  })

  test('finish() takes the orderly end of a program for its last word', async () => {
    const { told, session, latest, speak } = fakeSession(
      {},
      { answersWithinMs: undefined, finish: () => undefined },
    )
    latest().open()
    speak(0, 1_000)
    const finished = session.finish(5_000)
    assert.ok(latest().hasEnded)
    latest().end('finished')
    await finished
    assert.equal(told.at(-1), 'through 1000')
  })

  test('streamingSession() keeps a connection alive on which nobody speaks', () => {
    const { clock, latest, speak } = fakeSession({}, { keepAlive: 'alive' })
    latest().open()
    speak(0, 1_000)
    latest().say({ kind: 'heard', ms: 1_000 })
    clock.advance(10_000)
    assert.equal(latest().sent.filter((message) => message === 'alive').length, 2)
  })

  test('streamingSession() does not take it for a stall that the last moments were not answered', () => {
    const { clock, lines, latest, speak } = fakeSession()
    latest().open()
    speak(0, 4_000)
    latest().say({ kind: 'heard', ms: 3_000 })
    clock.advance(600_000)
    assert.equal(lines.length, 1)
  })

  test('streamingSession() has an engine say what it has begun to hear when nobody goes on, once', () => {
    const { clock, latest, speak } = fakeSession({}, { flush: 'flush' })
    latest().open()
    const flushed = () => latest().sent.filter((message) => message === 'flush').length
    clock.advance(5_000)
    assert.equal(flushed(), 0, 'it was given nothing')
    speak(0, 1_000)
    clock.advance(60_000)
    assert.equal(flushed(), 1)
    speak(60_000, 61_000)
    clock.advance(60_000)
    assert.equal(flushed(), 2)
  })

  test('streamingSession() does not give up a voice for connections that end of old age', () => {
    const { clock, told, lines, latest } = fakeSession()
    for (let i = 0; i < 10; i += 1) {
      latest().open()
      clock.advance(60_000)
      latest().end('failed')
      clock.advance(1_000)
    }
    assert.equal(lines.length, 11)
    assert.ok(!told.some((line) => line.startsWith('ended')))
  })

  test('streamingSession() tells partial results only to who wants them, and ends a partial that came to nothing', () => {
    const quiet = fakeSession({ interim: false })
    quiet.latest().open()
    quiet.speak(0, 1_000)
    quiet.latest().say(said(false, ['no', 0, 100]), said(true), { kind: 'through', ms: 1_000 })
    assert.deepEqual(quiet.told.slice(1), ['through 1000'])
    const open = fakeSession()
    open.latest().open()
    open.speak(0, 1_000)
    open.latest().say(said(false, ['no', 0, 100]), said(true), said(true))
    assert.deepEqual(open.told.slice(1), ['partial 0: no@0-100', 'final 0:'])
  })

  test('streamingSession() never goes back, and never claims more than it was given', () => {
    const { told, latest, speak } = fakeSession()
    latest().open()
    speak(0, 1_000)
    latest().say({ kind: 'through', ms: 800 }, { kind: 'through', ms: 300 }, { kind: 'through', ms: 99_000 })
    assert.deepEqual(told.slice(1), ['through 800', 'through 1000'])
  })

  test('close() ends everything at once', () => {
    const { told, session, latest, clock, meter } = fakeSession()
    latest().open()
    session.close()
    latest().say(said(true, ['late', 0, 1]))
    latest().end('failed')
    session.close()
    assert.ok(latest().isClosed)
    assert.deepEqual(told, ['up SPEECH_CONNECTED'])
    assert.equal(clock.timers, 0)
    assert.equal(meter.counted['ended'], 1)
  })
})
