import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { isTrustFailure, reach, type AddressGuard } from './reach.ts'

function reaching(url: string, address: string, dangerouslyAllowPlaintext = false) {
  const asked: string[] = []
  const guard: AddressGuard = {
    resolve: async (guarded) => {
      asked.push(guarded)
      return { address, family: address.includes(':') ? 6 : 4 }
    },
  }
  return { asked, place: reach({ url, spkiPins: [], dangerouslyAllowPlaintext }, guard) }
}

describe('reach()', () => {
  test('reach() goes to the address that the guard approved, and trusts it only under the name of the URL', async () => {
    const { asked, place } = reaching('wss://asr.example/v1', '192.0.2.7')
    const found = await place.find()
    assert.deepEqual(found, {
      address: '192.0.2.7',
      family: 4,
      hostname: 'asr.example',
      port: 443,
      isSecure: true,
    })
    assert.deepEqual(asked, ['wss://asr.example/v1'])
    const { host, port, servername, rejectUnauthorized } = place.tls(found)
    assert.deepEqual([host, port, servername, rejectUnauthorized], ['192.0.2.7', 443, 'asr.example', true])
  })

  test('reach() goes to no plaintext place but this machine, and there only when it is told to', async () => {
    await assert.rejects(reaching('ws://asr.example:2700', '127.0.0.1').place.find())
    await assert.rejects(reaching('ws://asr.example:2700', '192.0.2.7', true).place.find())
    await assert.rejects(reaching('http://[fd00::1]/v1', 'fd00::1', true).place.find())
    const { asked, place } = reaching('http://localhost:8080/v1', '127.0.0.1', true)
    const found = await place.find()
    assert.deepEqual([found.port, found.isSecure], [8_080, false])
    assert.deepEqual(asked, ['https://localhost:8080/v1'], 'the guard is asked all the same')
    assert.equal((await reaching('ws://[::1]:2700', '::1', true).place.find()).hostname, '::1')
  })

  test('isTrustFailure() tells a certificate that does not verify from a network that fails', () => {
    const error = (code: string, syscall?: string) =>
      Object.assign(new Error(code), { code, ...(syscall && { syscall }) })
    assert.ok(isTrustFailure(error('DEPTH_ZERO_SELF_SIGNED_CERT')))
    assert.ok(isTrustFailure(error('ERR_TLS_CERT_ALTNAME_INVALID')))
    assert.ok(!isTrustFailure(error('ECONNREFUSED', 'connect')))
  })
})
