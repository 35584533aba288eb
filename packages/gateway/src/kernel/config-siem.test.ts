import assert from 'node:assert/strict'
import { test } from 'node:test'
import { alerts } from './config-alerts.ts'
import { siem } from './config-siem.ts'

const one = { id: 'soc', kind: 'syslog', host: 'collector.example' }
const messages = (result: { error?: { issues: { message: string }[] } | undefined }) =>
  result.error?.issues.map(({ message }) => message) ?? []

test('siem refuses plaintext that is not asked for by its dangerous name', () => {
  for (const transport of ['tcp', 'udp']) {
    assert.match(
      messages(siem.safeParse({ collectors: [{ ...one, transport }] }))[0] ?? '',
      /dangerouslyAllowPlaintext/,
    )
    const allowed = { ...one, transport, dangerouslyAllowPlaintext: true }
    assert.deepEqual(messages(siem.safeParse({ collectors: [allowed] })), [])
  }
})

test('siem sends over TLS to port 6514 unless told otherwise, and to no http: address', () => {
  const [collector] = siem.parse({ collectors: [one] }).collectors
  assert.partialDeepStrictEqual(collector, { transport: 'tls', port: 6_514, format: 'rfc5424', facility: 13 })
  const otlp = { id: 'lake', kind: 'otlp', url: 'http://otel.example/v1/logs' }
  assert.equal(siem.safeParse({ collectors: [otlp] }).success, false)
})

test('siem and alerts refuse an id that is there twice', () => {
  assert.match(messages(siem.safeParse({ collectors: [one, one] }))[0] ?? '', /two collectors/)
  const rule = { id: 'mine', types: ['a.b'] }
  assert.match(messages(alerts.safeParse({ rules: [rule, rule] }))[0] ?? '', /twice/)
})

test('alerts refuses a mail password in place, and half a login', () => {
  const mail = { id: 'm', kind: 'email', host: 'h', from: 'a@example.org', to: ['b@example.org'] }
  assert.equal(alerts.safeParse({ receivers: [{ ...mail, user: 'u', password: 'secret' }] }).success, false)
  assert.match(messages(alerts.safeParse({ receivers: [{ ...mail, user: 'u' }] }))[0] ?? '', /together/)
  assert.equal(alerts.safeParse({ receivers: [{ ...mail, user: 'u', password: 'env:P' }] }).success, true)
})
