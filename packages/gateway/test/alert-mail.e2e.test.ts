import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { mailReceiver } from '#alerts'
import { Secret } from '#kernel'
import { alerts as alertsSchema } from '#src/kernel/config-alerts.ts'
import { anAlert } from '#src/api/fake-alerts.ts'
import { startMailServer, type MailServer } from './support/mail-server.ts'

const signal = new AbortController().signal

/** A receiver for this server, as a configuration describes it. */
async function receiverFor(
  server: MailServer,
  settings: Readonly<Record<string, unknown>>,
  ca = server.caPem,
) {
  const dir = await mkdtemp(join(tmpdir(), 'voxkeep-mail-'))
  const caFile = join(dir, 'ca.pem')
  await writeFile(caFile, ca)
  const given = {
    id: 'soc',
    kind: 'email',
    host: '127.0.0.1',
    port: server.port,
    serverName: 'mail.test',
    caFile,
    from: 'voxkeep@example.org',
    to: ['soc@example.org', 'ops@example.org'],
    timeoutMs: 3_000,
    ...settings,
  }
  const [config] = alertsSchema.parse({ receivers: [given] }).receivers
  assert.ok(config?.kind === 'email')
  const receiver = mailReceiver(config, { node: 'node-1', readSecret: () => new Secret('pass word') })
  return { receiver, [Symbol.asyncDispose]: () => rm(dir, { recursive: true }) }
}

const login = { user: 'voxkeep', password: 'env:UNUSED' }

describe('mailReceiver()', { timeout: 30_000 }, () => {
  for (const tls of ['starttls', 'implicit'] as const)
    test(`sends over TLS (${tls}), with its password, to everybody, all alerts in one message`, async () => {
      await using server = await startMailServer({ tls, user: 'voxkeep', password: 'pass word' })
      await using mail = await receiverFor(server, { tls, ...login })
      await mail.receiver.send([anAlert(1, 'acme'), anAlert(2, 'acme')], signal)
      const [sent] = server.mails
      assert.ok(sent)
      assert.deepEqual([sent.tls, sent.user], [true, 'voxkeep'])
      assert.deepEqual(sent.to, ['soc@example.org', 'ops@example.org'])
      assert.match(sent.text, /^Subject: \[Voxkeep\] high: Much \(acme\) and 1 more$/m)
      assert.match(sent.text, /^Message-ID: <alrt_0+1\.0\.soc@example\.org>$/m)
      for (const n of [1, 2]) assert.match(sent.text, new RegExp(`alrt_0+${n}`))
    })

  test('sends nothing to a server that offers no TLS, the password least of all', async () => {
    await using server = await startMailServer({ tls: 'none', user: 'voxkeep', password: 'pass word' })
    await using mail = await receiverFor(server, login)
    await assert.rejects(mail.receiver.send([anAlert(1, 'acme')], signal), { code: 'ALERT_NOT_DELIVERED' })
    assert.deepEqual(server.mails, [])
  })

  test('sends nothing to a server of another authority, or of another name', async () => {
    await using server = await startMailServer({ tls: 'starttls' })
    await using strangers = await startMailServer({ tls: 'starttls' })
    await using wrongCa = await receiverFor(server, {}, strangers.caPem)
    await using wrongName = await receiverFor(server, { serverName: 'another.test' })
    for (const { receiver } of [wrongCa, wrongName])
      await assert.rejects(receiver.send([anAlert(1, 'acme')], signal), { code: 'ALERT_NOT_DELIVERED' })
    assert.deepEqual(server.mails, [])
  })

  test('says that a server which refuses its password did not take the message', async () => {
    await using server = await startMailServer({ tls: 'starttls', user: 'voxkeep', password: 'another' })
    await using mail = await receiverFor(server, login)
    await assert.rejects(mail.receiver.send([anAlert(1, 'acme')], signal), { code: 'ALERT_NOT_DELIVERED' })
  })
})
