import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { TenantId } from '#kernel'
import { areaCodeJurisdiction } from './area-codes.ts'
import { consentBook, type ConsentPolicy } from './consent-book.ts'
import { jurisdictionOfNumber, parseJurisdiction } from './jurisdiction.ts'
import { consentRules } from './rules.ts'

const acme = 'acme' as TenantId
const usual: ConsentPolicy = {
  mode: 'enforce',
  home: undefined,
  unknown: 'all-party',
  rules: [],
  beepMs: undefined,
  streamsWithout: 'allow',
  onRevoke: 'keep',
  dialled: 'ask',
}
const require = (changes: Partial<ConsentPolicy>, number: string | undefined, ...said: string[]) =>
  consentBook(() => ({ ...usual, ...changes })).require(acme, { number, said })

describe('jurisdictionOfNumber()', () => {
  const known: readonly (readonly [string, string | undefined])[] = [
    ['+14155550100', 'US-CA'],
    ['+12125550100', 'US-NY'],
    ['+12025550100', 'US-DC'],
    ['+16135550100', 'CA-ON'],
    ['+18005550100', 'US'],
    ['+18765550100', 'JM'],
    ['+493012345678', 'DE'],
    ['+442079460000', 'GB'],
    ['+919876543210', 'IN'],
    ['+88299900000000', undefined],
    ['alice', undefined],
    ['4155550100', undefined],
    ['+', undefined],
  ]
  for (const [number, place] of known)
    test(`jurisdictionOfNumber() places ${number} in ${place ?? 'no place'}`, () => {
      const found = jurisdictionOfNumber(number)
      // Whose a toll-free number is, only some metadata know.
      if (place !== 'US' || found !== undefined) assert.equal(found, place)
    })
})

test('areaCodeJurisdiction() has each code once', () => {
  const seen = new Map<string, string>()
  for (let code = 200; code < 1_000; code++) {
    const place = areaCodeJurisdiction(String(code))
    if (place !== undefined) seen.set(String(code), place)
  }
  assert.ok(seen.size > 350, `${seen.size} codes`)
})

test('parseJurisdiction() takes ISO 3166 in any case, and nothing else', () => {
  assert.equal(parseJurisdiction(' us-ca '), 'US-CA')
  for (const text of ['', 'Germany', 'DE;X', 'D']) assert.equal(parseJurisdiction(text), undefined)
})

describe('ConsentBook', () => {
  test('require() takes the strictest of number, app and trunk', () => {
    assert.deepEqual(require({}, '+12125550100'), { level: 'one-party', rule: 'US-NY' })
    assert.deepEqual(require({}, '+12125550100', 'US-CA'), { level: 'all-party', rule: 'US-CA' })
    assert.deepEqual(require({}, '+12125550100', 'US-CA', 'DE'), { level: 'opt-in', rule: 'DE' })
    assert.deepEqual(require({}, '+493012345678', 'US-NY'), { level: 'opt-in', rule: 'DE' })
  })
  test('require() closes where nobody knows, or what is said is no place', () => {
    assert.deepEqual(require({}, 'alice'), { level: 'all-party', rule: 'unknown' })
    assert.deepEqual(require({ unknown: 'opt-in' }, undefined), { level: 'opt-in', rule: 'unknown' })
    assert.deepEqual(require({}, '+12125550100', 'nowhere'), { level: 'all-party', rule: 'unknown' })
    assert.deepEqual(require({}, '+18765550100'), { level: 'all-party', rule: 'unknown' })
  })
  test('require() takes the deployment’s own place for a name, and never for a number of another', () => {
    assert.deepEqual(require({ home: 'US-NY' }, 'alice'), { level: 'one-party', rule: 'US-NY' })
    assert.deepEqual(require({ home: 'US-NY' }, '+493012345678'), { level: 'opt-in', rule: 'DE' })
  })
  test('require() lets a tenant’s own rules win over the built-in ones', () => {
    const rules = [{ jurisdiction: 'US-NY', level: 'notice', source: 'our counsel' }] as const
    assert.deepEqual(require({ rules }, '+12125550100'), { level: 'notice', rule: 'US-NY' })
  })
  test('require() asks nothing where it is switched off, by a name that says so', () => {
    assert.deepEqual(require({ mode: 'dangerouslyOff' }, '+493012345678'), { level: 'none', rule: 'off' })
  })
  test('own() counts where the deployment is known to be, and only there', () => {
    const own = (changes: Partial<ConsentPolicy>, number?: string) =>
      consentBook(() => ({ ...usual, ...changes })).own(acme, number)
    assert.equal(own({}, 'front-desk'), 'none')
    assert.equal(own({ home: 'DE' }, 'front-desk'), 'opt-in')
    assert.equal(own({}, '+493012345678'), 'opt-in')
    assert.equal(own({ home: 'DE' }, '+12125550100'), 'one-party')
    assert.equal(own({ mode: 'dangerouslyOff' }, '+493012345678'), 'none')
  })
  test('require() gives a province its country’s rule', () => {
    assert.deepEqual(require({}, '+16135550100'), { level: 'notice', rule: 'CA' })
  })
})

test('consentRules names each place once, with a source', () => {
  const places = consentRules.map(({ jurisdiction }) => jurisdiction)
  assert.equal(new Set(places).size, places.length)
  for (const { jurisdiction, source } of consentRules) {
    assert.equal(parseJurisdiction(jurisdiction), jurisdiction)
    assert.ok(source.length > 3)
  }
  const states = places.filter((place) => place.startsWith('US-'))
  assert.equal(states.length, 51, 'every state and the District of Columbia')
})
