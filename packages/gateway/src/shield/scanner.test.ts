import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { scannerOf } from './scanner.ts'

const phone = {
  userAgent: 'Yealink SIP-T46S 66.85.0.5',
  from: '"Alice" <sip:alice@example.com>;tag=1',
  to: '<sip:+12125550100@example.com>',
  callId: 'a84b4c76e66710@pc33.example.com',
}

test('scannerOf() knows scanners by the names they give themselves', () => {
  for (const [userAgent, scanner] of [
    ['friendly-scanner', 'sipvicious'],
    ['friendly-request', 'sipvicious'],
    ['SIPVicious v0.3.4', 'sipvicious'],
    ['svwar', 'sipvicious'],
    ['sipcli/v1.8', 'sipcli'],
    ['sip-scan', 'sip-scan'],
    ['SIPScan 1.0', 'sip-scan'],
    ['VaxSIPUserAgent/3.1', 'vaxsip'],
    ['VaxIPUserAgent', 'vaxsip'],
    ['pplsip', 'pplsip'],
    ['sundayddr', 'sundayddr'],
    ['iWar/0.08', 'iwar'],
    ['siparmyknife', 'siparmyknife'],
    ['SIVuS_VoIP_Scanner', 'sivus'],
    ['smap 0.6', 'smap'],
    ['Gulp', 'gulp'],
  ] as const)
    assert.equal(scannerOf({ ...phone, userAgent }), scanner, userAgent)
})

test('scannerOf() knows scanners by their other headers when their name was changed', () => {
  assert.equal(scannerOf({ ...phone, from: '"sipvicious"<sip:100@10.0.0.1>;tag=6434' }), 'sipvicious')
  assert.equal(scannerOf({ ...phone, from: '"x" <sip:100@1.1.1.1>;tag=6434' }), 'sipvicious')
  assert.equal(scannerOf({ ...phone, to: '"sipvicious"<sip:100@10.0.0.1>' }), 'sipvicious')
  assert.equal(scannerOf({ ...phone, from: '<sip:nm@nm>;tag=root' }), 'nmap')
})

test('scannerOf() suspects no phone', () => {
  for (const userAgent of [
    undefined,
    phone.userAgent,
    'baresip v1.0.0 (x86_64/Linux)',
    'Linphonec/5.1 (belle-sip/5.1)',
    'Asterisk PBX 20.5',
    'FreeSWITCH',
    'kamailio (5.6.3 (x86_64/linux))',
    'Microsoft.PSTNHub.SIPProxy v.2024',
    'Twilio Gateway',
    'GulpFone 2',
    'Swarm 1',
  ])
    assert.equal(scannerOf({ ...phone, userAgent }), undefined, String(userAgent))
  assert.equal(
    scannerOf({ userAgent: undefined, from: undefined, to: undefined, callId: undefined }),
    undefined,
  )
})

test('scannerOf() never throws, and looks only at the beginning', () => {
  const text = fc.oneof(fc.constant(undefined), fc.string({ maxLength: 600 }))
  const said = fc.record({ userAgent: text, from: text, to: text, callId: text })
  fc.assert(fc.property(said, (each) => void scannerOf(each)))
  assert.equal(scannerOf({ ...phone, userAgent: `${'a'.repeat(300)}friendly-scanner` }), undefined)
})
