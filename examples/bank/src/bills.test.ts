import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openBills } from './bills.ts'

test('openBills() has a bill taken by one call at a time', () => {
  const bills = openBills('bill-7')
  assert.deepEqual([bills.take('bill-7', 'a'), bills.take('bill-7', 'b')], [true, false])
  bills.note('bill-7', 'a', 'open')
  assert.equal(bills.take('bill-7', 'b'), true)
  assert.equal(bills.take('bill-8', 'b'), false)
})

test('openBills() opens no bill for a call that holds it no more, and none that is paid', () => {
  const bills = openBills('bill-7')
  bills.take('bill-7', 'a')
  bills.note('bill-7', 'a', 'open')
  bills.take('bill-7', 'b')
  bills.note('bill-7', 'a', 'open')
  assert.equal(bills.take('bill-7', 'c'), false)
  bills.note('bill-7', 'a', 'paid')
  bills.note('bill-7', 'b', 'open')
  assert.equal(bills.take('bill-7', 'c'), false)
})
