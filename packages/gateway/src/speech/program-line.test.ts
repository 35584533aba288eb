import assert from 'node:assert/strict'
import { test } from 'node:test'
import { programLine } from './program-line.ts'

function running(...command: readonly string[]) {
  const lines: string[] = []
  const ended = Promise.withResolvers<string>()
  const opened = Promise.withResolvers<void>()
  const line = programLine(
    { command, env: {} },
    { opened: opened.resolve, message: (text) => lines.push(text), closed: ended.resolve },
  )
  return { line, lines, ended: ended.promise, opened: opened.promise }
}

test('programLine() gives a program what is sent, copied, and reads what it prints line by line', async () => {
  const { line, lines, ended, opened } = running('/bin/cat')
  await opened
  const bytes = Buffer.from('one\ntw')
  line.send(bytes)
  bytes.fill(0)
  line.send('o\r\n')
  line.endInput()
  line.send('late\n')
  assert.equal(await ended, 'finished')
  assert.deepEqual(lines, ['one', 'two'])
})

test('programLine() says that a program failed that ends by itself, or badly', async () => {
  assert.equal(await running('/bin/true').ended, 'failed')
  assert.equal(await running('/bin/sh', '-c', 'exit 3').ended, 'failed')
})

test('programLine() says that there is no such program, or that it cannot be run', async () => {
  assert.equal(await running('/nonexistent/engine').ended, 'rejected')
  assert.equal(await running('/bin/cat', 'a\0b').ended, 'failed')
})

test('programLine() ends a program that prints without end and without lines', async () => {
  const { ended, lines } = running('/bin/sh', '-c', 'exec cat /dev/zero')
  assert.equal(await ended, 'protocol')
  assert.deepEqual(lines, [])
})
