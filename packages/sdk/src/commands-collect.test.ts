import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decisionAnswer } from '@voxkeep/gateway/call-commands'
import { answerWith, commands } from './index.ts'

test('commands builds the steps of a payment as the gateway understands them', () => {
  const built = answerWith(
    commands.pay('stripe', { stepwise: true, on_end: 'tell', idempotency_key: 'bill-7' }),
    commands.capturePay('card-number'),
    commands.completePay(),
  )
  assert.partialDeepStrictEqual(decisionAnswer.parse(built), [
    { action: 'start', stepwise: true, on_end: 'tell' },
    { action: 'capture', capture: 'card-number' },
    { action: 'complete' },
  ])
})
