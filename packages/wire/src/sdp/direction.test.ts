import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answerDirection, withoutReceiving, type Direction } from './direction.ts'

const all: readonly Direction[] = ['sendrecv', 'sendonly', 'recvonly', 'inactive']

test('answerDirection() mirrors the peer when all is wanted', () => {
  assert.deepEqual(
    all.map((remote) => answerDirection(remote, 'sendrecv')),
    ['sendrecv', 'recvonly', 'sendonly', 'inactive'],
  )
})

test('answerDirection() grants no more than is wanted', () => {
  assert.deepEqual(
    all.map((wanted) => answerDirection('sendrecv', wanted)),
    ['sendrecv', 'sendonly', 'recvonly', 'inactive'],
  )
  assert.equal(answerDirection('sendonly', 'sendonly'), 'inactive')
})

test('withoutReceiving() takes away one half', () => {
  assert.deepEqual(all.map(withoutReceiving), ['sendonly', 'sendonly', 'inactive', 'inactive'])
})
