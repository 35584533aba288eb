import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { runCli } from './support/cli.ts'
import { startGateway, type GatewayProcess, type Settings } from './support/gateway-process.ts'
import { startMailServer, type MailServer } from './support/mail-server.ts'
import { readMetrics } from './support/metrics.ts'
import {
  startCollector,
  withoutCollector,
  type Collected,
  type SyslogCollector,
} from './support/syslog-collector.ts'

describe('a gateway that is watched', { skip: withoutCollector('rsyslog'), timeout: 180_000 }, () => {
  test('ships its whole audit log through kill -9 and outages, raises alerts, and hears that somebody looks', async () => {
    await using collector = await startCollector('rsyslog')
    await using mail = await startMailServer({ tls: 'starttls', user: 'voxkeep', password: 'a pass word' })
    await using gateway = await watchedGateway(collector, mail)
    const issue = async (count: number) => {
      for (let n = 0; n < count; n++)
        await gateway.api.tokens.create({ name: `t${n}`, scopes: ['calls:read'] })
    }

    // What happens arrives, and too much of it raises an alert: in the list, by mail, by signed webhook, at the collector.
    await issue(3)
    const told = await gateway.app.event('the alert', ({ type }) => type === 'alerts.raised')
    const mailed = await mail.until('the mail', ({ text }) => text.includes('many-tokens'))
    assert.deepEqual([mailed.tls, mailed.user, mailed.to], [true, 'voxkeep', ['soc@example.org']])
    assert.match(mailed.text, /Subject: \[Voxkeep\] critical: Many tokens \(default\)/)
    const [alert] = (await gateway.api.alerts.list({ state: 'open' })).data.filter(
      ({ rule }) => rule === 'many-tokens',
    )
    assert.ok(alert)
    assert.partialDeepStrictEqual(alert, { rule: 'many-tokens', severity: 'critical', counted: 3, limit: 3 })
    assert.partialDeepStrictEqual(told.data, { alerts: [{ id: alert.id }] })
    await collector.until((found) => found.some(({ msgid }) => msgid === 'alert.raised'))

    // The power fails while events are on their way. Nothing is lost, and the alert is still there.
    const busy = issue(150).catch(() => {})
    const before = collector.collected().length
    await collector.until((found) => found.length > before + 10)
    await gateway.kill()
    await busy
    await gateway.restart()
    await issue(1)
    const last = await lastIndex(gateway)
    const arrived = await collector.until((found) => indexesOf(found).has(last), 30_000)
    assert.deepEqual(missing(arrived), [])

    // Somebody looks after it: from then on it is quiet.
    const ack = await runCli(gateway, 'alerts', 'ack', alert.id)
    assert.equal(ack.code, 0, ack.output)
    assert.match(
      (await runCli(gateway, 'alerts', 'list', '--state', 'acknowledged')).output,
      new RegExp(alert.id),
    )
    await collector.until((found) => found.some(({ msgid }) => msgid === 'alert.acknowledge'))

    // The collector is away: calls and acts go on, which is an alert itself, and everything comes when it is back.
    await collector.stop('SIGKILL')
    await issue(20)
    await mail.until('the mail about the lag', ({ text }) => text.includes('siem-lag'), 30_000)
    const metric = await readMetrics(gateway)
    assert.ok(metric('siem_behind_events', 'collector="soc"') >= 20)
    await collector.start()
    const end = await lastIndex(gateway)
    const complete = await collector.until((found) => indexesOf(found).has(end), 60_000)
    assert.deepEqual(missing(complete), [])
    const { output } = gateway.process
    assert.doesNotMatch(output(), /a pass word/)
  })
})

async function watchedGateway(collector: SyslogCollector, mail: MailServer): Promise<GatewayProcess> {
  const { ca, clientCert, clientKey } = collector.files
  return startGateway({
    scopes: ['tokens:admin', 'calls:read', 'alerts:read', 'alerts:write', 'audit:read', 'metrics:read'],
    async prepare(dir) {
      await writeFile(join(dir, 'tls/mail-ca.pem'), mail.caPem)
      await writeFile(join(dir, 'secrets/mail'), 'a pass word\n', { mode: 0o600 })
    },
    configure(settings: Settings) {
      const { webhook } = settings.apps[0] as { webhook: { url: string } }
      settings['siem'] = {
        collectors: [
          {
            id: 'soc',
            kind: 'syslog',
            host: '127.0.0.1',
            port: collector.port,
            flushMs: 100,
            lagAlertMs: 1_500,
            tls: {
              caFile: ca,
              serverName: 'collector.test',
              clientCertificate: { certFile: clientCert, keyFile: clientKey },
            },
          },
        ],
      }
      settings['alerts'] = {
        gatherMs: 0,
        rules: [
          {
            id: 'many-tokens',
            title: 'Many tokens',
            severity: 'critical',
            types: ['token.issue'],
            groupBy: 'actor',
            threshold: 3,
          },
        ],
        receivers: [
          {
            id: 'hook',
            kind: 'webhook',
            url: webhook.url,
            secrets: ['file:secrets/webhook'],
            caFile: 'tls/ca.pem',
            rules: ['many-tokens'],
          },
          {
            id: 'mail',
            kind: 'email',
            host: '127.0.0.1',
            port: mail.port,
            serverName: 'mail.test',
            caFile: 'tls/mail-ca.pem',
            user: 'voxkeep',
            password: 'file:secrets/mail',
            from: 'voxkeep@example.org',
            to: ['soc@example.org'],
          },
        ],
      }
    },
  })
}

/** The index that the tenant's log has come to; asking is itself an entry. */
async function lastIndex(gateway: GatewayProcess): Promise<number> {
  const headers = { authorization: `Bearer ${gateway.token}` }
  const response = await fetch(`https://127.0.0.1:${gateway.apiPort}/v1/audit?limit=1`, { headers })
  assert.equal(response.status, 200)
  const { data } = (await response.json()) as { data: { index: number }[] }
  return data[0]?.index ?? -1
}

/** Of the tenant's log, not of the node's own. */
function indexesOf(messages: readonly Collected[]): Set<number> {
  const own = messages.filter(({ data }) => data['voxkeep']?.['tenant'] === 'default')
  return new Set(own.map(({ data }) => Number(data['voxkeep']?.['index'])))
}

function missing(messages: readonly Collected[]): number[] {
  const found = indexesOf(messages)
  return Array.from({ length: Math.max(...found) + 1 }, (_, index) => index).filter(
    (index) => !found.has(index),
  )
}
