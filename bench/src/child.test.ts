import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startChild } from './child.ts'

test('startChild() gives the first line with a key, and passes over what is no JSON', async () => {
  const script =
    'console.log("hello"); console.log("[1"); console.log("{\\"a\\":1}"); console.log("{\\"b\\":2}")'
  await using child = startChild(['-e', script])
  assert.deepEqual(await child.line('b'), { b: 2 })
})

test('startChild() says what the process complained of when it ends early', async () => {
  await using child = startChild(['-e', 'console.error("no port")'])
  await assert.rejects(child.line('ready'), { code: 'CHILD_ENDED', detail: 'no port\n' })
})

test('startChild() tells the process what it is told', async () => {
  const script = 'process.stdin.once("data", (line) => console.log(`{"heard":${String(line).trim()}}`))'
  await using child = startChild(['-e', script])
  child.tell([1, 'two'])
  assert.deepEqual(await child.line('heard'), { heard: [1, 'two'] })
})

test('startChild() ends the process when it is disposed of', async () => {
  const child = startChild(['-e', 'console.log("{\\"ready\\":true}"); setInterval(() => {}, 1000)'])
  await child.line('ready')
  await child[Symbol.asyncDispose]()
  assert.throws(() => process.kill(child.pid, 0), { code: 'ESRCH' })
})
