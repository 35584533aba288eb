import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { connect } from 'node:tls'
import type { Alert } from '@voxkeep/sdk'
import { startGateway, type GatewayProcess } from './support/gateway-process.ts'

test(
  'peers without the right client certificate raise an alert, which outlives a restart',
  { timeout: 180_000 },
  async () => {
    await using gateway = await startGateway({
      scopes: ['alerts:read'],
      configure(settings) {
        const [listener] = (settings['sip'] as { listen: Record<string, unknown>[] }).listen
        assert.ok(listener)
        Object.assign(listener, { clientCertificates: 'required', clientCaFile: 'tls/ca.pem' })
      },
    })
    for (let n = 0; n < 6; n++) await knock(gateway.sipPort)
    const alert = await alertOf(gateway, 'client-certificates')
    assert.partialDeepStrictEqual(alert, {
      severity: 'warning',
      state: 'open',
      group: '127.0.0.1',
      tenant: 'default',
    })
    assert.ok(alert.counted >= 5)
    await gateway.kill()
    await gateway.restart()
    assert.equal((await gateway.api.alerts.get(alert.id)).state, 'open')
  },
)

/** Connects as somebody who has no certificate; resolves once it was shown the door. */
function knock(port: number): Promise<void> {
  const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false })
  socket.on('error', () => {})
  return new Promise((resolve) => socket.once('close', () => resolve()))
}

async function alertOf(gateway: GatewayProcess, rule: string): Promise<Alert> {
  for (let tries = 0; tries < 150; tries++) {
    const found = (await gateway.api.alerts.list()).data.find((alert) => alert.rule === rule)
    if (found !== undefined) return found
    await pause(200) // the list is all that tells
  }
  throw new Error(`the rule ${rule} raised nothing`)
}
