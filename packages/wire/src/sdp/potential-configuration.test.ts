import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readDescription } from './description.ts'
import { potentialConfigurations, type PotentialConfiguration } from './potential-configuration.ts'
import { sdpOf } from './test-media.ts'

const capabilities = [
  'a=tcap:1 RTP/SAVPF RTP/SAVP',
  'a=acap:1 crypto:1 X inline:A',
  'a=acap:2 crypto:2 Y inline:B',
]

function configurationsOf(...lines: readonly string[]): PotentialConfiguration[] {
  const description = readDescription(sdpOf('m=audio 5000 RTP/AVP 0', ...capabilities, ...lines))
  assert.ok(description.ok)
  const [section] = description.sections
  assert.ok(section)
  return potentialConfigurations(description, section)
}

test('potentialConfigurations() resolves numbers to profile and keys', () => {
  assert.deepEqual(configurationsOf('a=pcfg:1 t=2 a=1,2'), [
    { protocol: 'RTP/SAVP', cryptos: ['1 X inline:A', '2 Y inline:B'], acfg: '1 t=2 a=1,2' },
  ])
})

test('potentialConfigurations() names the alternative it took', () => {
  const [first] = configurationsOf('a=acap:9 fingerprint:x', 'a=pcfg:7 a=9|2 t=5|1')
  assert.equal(first?.protocol, 'RTP/SAVPF')
  assert.equal(first.acfg, '7 t=1 a=2')
})

test('potentialConfigurations() reads deletions and optional parts', () => {
  assert.deepEqual(configurationsOf('a=pcfg:1 t=1 a=-m:1,[2]')[0]?.cryptos, ['1 X inline:A', '2 Y inline:B'])
})

test('potentialConfigurations() passes over what it cannot take', () => {
  for (const pcfg of [
    '1 t=1',
    '1 a=1',
    '1 t=9 a=1',
    '1 t=1 a=9',
    '1 t=1 a=',
    '1 t=1 a=1 +new=1',
    'x t=1 a=1',
    '',
  ]) {
    assert.deepEqual(configurationsOf(`a=pcfg:${pcfg}`), [], pcfg)
  }
})

test('potentialConfigurations() gives none when the offer requires an extension', () => {
  assert.deepEqual(configurationsOf('a=creq:new-v1', 'a=pcfg:1 t=1 a=1'), [])
  assert.equal(configurationsOf('a=creq:cap-v0', 'a=pcfg:1 t=1 a=1').length, 1)
})
