import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeClock } from '#kernel'
import { settle } from './fake-run.ts'
import { legPlayer } from './leg-player.ts'
import type { Live } from './live.ts'

function playing() {
  const clock = fakeClock()
  const plays: { bytes: number; end: (why: 'finished' | 'stopped' | 'closed') => void }[] = []
  let stops = 0
  const media = {
    play: (_leg: string, ulaw: Uint8Array) =>
      new Promise((resolve) => plays.push({ bytes: ulaw.length, end: resolve })),
    stopPlay: () => (stops += 1),
  }
  const live = { leg: 'leg', signal: new AbortController().signal, deps: { media, clock } }
  return { clock, plays, player: legPlayer(live as unknown as Live), stops: () => stops }
}

test('legPlayer() cuts what it plays into pieces, and knows how much of it was played', async () => {
  const { clock, plays, player } = playing()
  assert.equal(await player.push(new Uint8Array(8_000)), true)
  assert.deepEqual(
    plays.map(({ bytes }) => bytes),
    [3_200, 3_200, 1_600],
  )
  assert.deepEqual([player.queuedMs, player.playedMs], [1_000, 0])
  clock.advance(150)
  assert.equal(player.playedMs, 150)
  clock.advance(1_000)
  assert.equal(player.playedMs, 400, 'no more than the piece holds, until it is over')
  plays[0]?.end('finished')
  await settle()
  clock.advance(100)
  assert.equal(player.playedMs, 500)
  plays[1]?.end('finished')
  plays[2]?.end('finished')
  assert.equal(await player.drained(), true)
  assert.equal(player.playedMs, 1_000)
})

test('legPlayer() takes no more than fifteen seconds ahead', async () => {
  const { plays, player } = playing()
  let isTaken = false
  void player.push(new Uint8Array(16_000 * 8)).then(() => (isTaken = true))
  await settle()
  assert.equal(isTaken, false)
  for (let piece = 0; piece < 3; piece++) plays[piece]?.end('finished')
  await settle()
  assert.equal(isTaken, true)
})

test('legPlayer() lets go of whoever waits when it is stopped, and plays what comes later', async () => {
  const { plays, player, stops } = playing()
  const waiting = player.push(new Uint8Array(20_000 * 8))
  player.stop()
  assert.equal(await waiting, false)
  assert.equal(stops(), 1)
  assert.equal(player.playedMs, player.queuedMs)
  const before = plays.length
  assert.equal(await player.push(new Uint8Array(800)), true)
  assert.equal(plays.length, before + 1)
  plays.at(-1)?.end('finished')
  assert.equal(await player.drained(), true)
})

test('legPlayer() stops nobody’s audio where it plays nothing, and says when the leg is gone', async () => {
  const { plays, player, stops } = playing()
  player.stop()
  assert.equal(stops(), 0)
  await player.push(new Uint8Array(800))
  plays[0]?.end('closed')
  assert.equal(await player.drained(), false)
})
