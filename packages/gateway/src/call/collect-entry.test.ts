import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { fakeClock, type FakeClock } from '#kernel'
import { fieldEntry, type EntryOptions, type EntryProgress, type FieldEntry } from './collect-entry.ts'
import { settle } from './fake-run.ts'

interface Bench {
  readonly clock: FakeClock
  readonly entry: FieldEntry
  readonly told: EntryProgress[]
  readonly prompts: string[]
  readonly abort: AbortController
  press(keys: string): void
  finishPrompt(): Promise<void>
}

const visa = '4242424242424242'

function bench(
  options: Partial<Omit<EntryOptions, 'rules'>> & { rules?: Partial<EntryOptions['rules']> } = {},
): Bench {
  const clock = fakeClock(Date.UTC(2026, 10, 21))
  const [told, prompts]: [EntryProgress[], string[]] = [[], []]
  const abort = new AbortController()
  let finish = () => {}
  const host = {
    clock,
    prompt: ({ kind, attempt, fault }: { kind: string; attempt: number; fault: string | undefined }) => {
      prompts.push([kind, attempt, ...(kind !== 'ask' || fault === undefined ? [] : [fault])].join(' '))
      return new Promise<void>((resolve) => (finish = resolve))
    },
    stopPrompt: () => finish(),
    tell: (progress: EntryProgress) => void told.push(progress),
  }
  const { rules, ...rest } = options
  const entry = fieldEntry(
    host,
    {
      rules: { field: 'card-number', date_format: 'MMYY', repeat: false, confirm: false, ...rules },
      context: { nowMs: clock.now(), brand: undefined },
      keys: { finish: '#', cancel: '*', clear: '' },
      timeoutMs: 5_000,
      attempts: 3,
      attempt: 1,
      skipsFinish: false,
      ...rest,
    },
    abort.signal,
  )
  const press = (keys: string) => {
    for (const key of keys) entry.key(key)
  }
  const finishPrompt = async () => {
    finish()
    await settle()
  }
  return { clock, entry, told, prompts, abort, press, finishPrompt }
}

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes)

describe('fieldEntry()', () => {
  test('takes a card that is whole without a finish key, and tells how many keys came and no digit but the last four', async () => {
    const { entry, told, press } = bench()
    press(visa)
    const result = await entry.result
    assert.ok(result.kind === 'accepted')
    assert.equal(text(result.digits.digits), visa)
    assert.equal(told.filter(({ step }) => step === 'keys').at(-1)?.masked, '**** **** **** ****')
    assert.deepEqual(told.at(-1), {
      step: 'accepted',
      keys: 16,
      attempt: 1,
      masked: '**** **** **** 4242',
      brand: 'visa',
    })
    const before = JSON.stringify(told.slice(0, -1))
    assert.doesNotMatch(before, /42/)
  })

  test('stops the prompt at the first key, and waits from its end', async () => {
    const { entry, prompts, press, clock, told } = bench({ rules: { field: 'pin' }, attempts: 1 })
    clock.advance(60_000) // the prompt is long
    press('12')
    await settle()
    clock.advance(4_999)
    press('34')
    clock.advance(4_999)
    press('#')
    assert.equal((await entry.result).kind, 'accepted')
    assert.deepEqual(prompts, ['ask 1'])
    assert.equal(told.at(-1)?.masked, '****')
  })

  test('asks again after each fault, as often as it may', async () => {
    const { entry, prompts, press, told } = bench()
    press('4242424242424241')
    press('4242#')
    press('9999999999999995#')
    const result = await entry.result
    assert.deepEqual(result, { kind: 'failed', fault: 'brand', attempts: 3 })
    assert.deepEqual(prompts, ['ask 1', 'ask 2 luhn', 'ask 3 too-short'])
    assert.deepEqual(
      told.filter(({ step }) => step === 'fault').map(({ fault, attempt, keys }) => [fault, attempt, keys]),
      [
        ['luhn', 1, 0],
        ['too-short', 2, 0],
        ['brand', 3, 0],
      ],
    )
  })

  test('counts a time-out as an attempt, and takes what is enough when nothing more comes', async () => {
    const { entry, clock, press, finishPrompt, told } = bench({
      rules: { field: 'bank-account' },
      attempts: 2,
    })
    await finishPrompt()
    clock.advance(5_000)
    assert.equal(told.at(-2)?.fault, 'timeout')
    press('12345678')
    clock.advance(5_000)
    const result = await entry.result
    assert.ok(result.kind === 'accepted')
    assert.equal(result.attempts, 2)
    assert.equal(told.at(-1)?.masked, '****5678')
  })

  test('fails of time-outs when nobody presses anything', async () => {
    const { entry, clock, finishPrompt } = bench({ attempts: 2 })
    await finishPrompt()
    clock.advance(5_000)
    await finishPrompt()
    clock.advance(5_000)
    assert.deepEqual(await entry.result, { kind: 'failed', fault: 'timeout', attempts: 2 })
    assert.equal(clock.timers, 0)
  })

  test('ends with the cancel key, and zeroes', async () => {
    const { entry, press, clock } = bench()
    press('4242*4242')
    assert.deepEqual(await entry.result, { kind: 'cancelled', attempts: 1 })
    assert.equal(clock.timers, 0)
  })

  test('empties what was keyed in with the clear key', async () => {
    const { entry, press } = bench({ keys: { finish: '#', cancel: '', clear: '*' } })
    press(`999*${visa}`)
    const result = await entry.result
    assert.ok(result.kind === 'accepted')
    assert.equal(text(result.digits.digits), visa)
  })

  test('has it repeated, and takes it only when both are the same', async () => {
    const { entry, press, prompts } = bench({ rules: { field: 'pin', repeat: true } })
    press('1234#1235#')
    press('1234#1234#')
    const result = await entry.result
    assert.ok(result.kind === 'accepted')
    assert.equal(result.attempts, 2)
    assert.deepEqual(prompts, ['ask 1', 'again 1', 'ask 2 mismatch', 'again 2'])
  })

  test('has it confirmed with 1, and asks again with 2 or when nothing comes', async () => {
    const { entry, press, prompts, told, finishPrompt, clock } = bench({ rules: { confirm: true } })
    press(visa)
    assert.equal(told.at(-1)?.step, 'confirming')
    assert.equal(told.at(-1)?.masked, '**** **** **** 4242')
    press('2')
    press(`${visa}9`)
    await finishPrompt()
    clock.advance(5_000)
    press(`${visa}1`)
    const result = await entry.result
    assert.ok(result.kind === 'accepted')
    assert.deepEqual(prompts, [
      'ask 1',
      'confirm 1',
      'ask 2 not-confirmed',
      'confirm 2',
      'ask 3 not-confirmed',
      'confirm 3',
    ])
  })

  test('does not take the finish key of the field before for its own, for a moment', async () => {
    const { entry, press, clock, told } = bench({ rules: { field: 'pin' }, skipsFinish: true })
    press('#')
    assert.equal(told.length, 1)
    clock.advance(3_000)
    press('#')
    assert.equal(told.at(-2)?.fault, 'too-short')
    press('1234#')
    assert.equal((await entry.result).kind, 'accepted')
  })

  test('leaves at once, with nothing held, when it is aborted', async () => {
    const { entry, press, abort, clock } = bench()
    press('4242')
    abort.abort()
    press('4242')
    assert.deepEqual(await entry.result, { kind: 'aborted', attempts: 1 })
    assert.equal(clock.timers, 0)
  })

  test('takes nothing any more once it was accepted', async () => {
    const { entry, press } = bench()
    press(`${visa}99*#1`)
    const result = await entry.result
    assert.ok(result.kind === 'accepted')
    assert.equal(text(result.digits.digits), visa)
    result.digits.wipe()
    assert.equal(result.digits.length, 0)
  })

  test('survives any keys in any order, never telling a digit before it is whole', () => {
    const keys = fc.array(fc.constantFrom(...'0123456789*#ABCDx'.split(''), '', '10'), { maxLength: 80 })
    fc.assert(
      fc.property(keys, fc.boolean(), fc.boolean(), (pressed, repeat, confirm) => {
        const { entry, told } = bench({ rules: { field: 'digits', max_digits: 9, repeat, confirm } })
        for (const key of pressed) entry.key(key)
        for (const { masked, keys: count } of told) {
          assert.doesNotMatch(masked, /\d{5}/)
          assert.ok(count <= 9)
        }
      }),
    )
  })
})
