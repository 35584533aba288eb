import assert from 'node:assert/strict'
import { test } from 'node:test'
import { describeReceipt } from './receipt-command.ts'

test('describeReceipt() shows nothing that steers a terminal, whoever wrote the receipt', () => {
  const nasty = 'call\u001b[2J\u009b31m\u202e\r\nthe receipt is intact'
  const text = describeReceipt({
    ok: true,
    checks: [{ what: 'content', result: 'unknown', detail: nasty }],
    receipt: { call: { id: nasty, direction: 'inbound', endedAt: 'x', endReason: 'y' } },
  } as unknown as Parameters<typeof describeReceipt>[0])
  assert.ok(text.includes('call\uFFFD[2J'))
  assert.doesNotMatch(text.replaceAll('\n', ''), /\p{Cc}|\p{Cf}/u)
  assert.ok(!text.split('\n').includes('the receipt is intact'))
})
