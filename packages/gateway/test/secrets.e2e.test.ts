import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { createServer } from 'node:https'
import type { IncomingHttpHeaders } from 'node:http'
import { join } from 'node:path'
import { test } from 'node:test'
import { freePorts } from '@voxkeep/deployment'
import { answerWith, commands, verifyWebhook } from '@voxkeep/sdk'
import { placeCall } from '@voxkeep/softphone'
import { databaseRows } from './support/database-rows.ts'
import { startGateway, type GatewayProcess } from './support/gateway-process.ts'
import { filesBelow, findMarkers, textMarkers, textSource } from './support/markers.ts'
import { startVaultServer, type VaultPolicy } from './support/vault-server.ts'
import { watch } from './support/watch.ts'

const newSecret = () => `whsec_${randomBytes(32).toString('base64')}`
const policy: VaultPolicy = { 'secret/data/voice/*': ['read'] }

interface Heard {
  readonly body: Buffer
  readonly headers: IncomingHttpHeaders
}

/** An app that refuses every call and keeps what it was sent. */
async function startEar(port: number, dir: string) {
  const [cert, key] = [await readFile(join(dir, 'tls/app.pem')), await readFile(join(dir, 'tls/app.key'))]
  const heard: Heard[] = []
  const { changed, until } = watch()
  const server = createServer({ cert, key }, (request, response) => {
    void Array.fromAsync(request as AsyncIterable<Buffer>).then((chunks) => {
      heard.push({ body: Buffer.concat(chunks), headers: request.headers })
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(JSON.stringify(answerWith(commands.reject())))
      changed()
    })
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return {
    /** The first webhook of a call to this name. */
    call: (to: string) =>
      until(`a webhook of the call to ${to}`, () => heard.find(({ body }) => body.includes(`"${to}"`))),
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

const isSignedBy = async ({ body, headers }: Heard, secret: string) =>
  (await verifyWebhook(body, headers, secret)).ok

function call(gateway: GatewayProcess, to: string): void {
  const { sipPort: port, deployment } = gateway
  const hangUp = AbortSignal.timeout(8_000)
  const caller = { host: '127.0.0.1', port, ca: deployment.caPem, from: '+12025550142', to, signal: hangUp }
  void placeCall({ ...caller, speech: new Int16Array(800) }).catch(() => {}) // it is refused, as it should be
}

test('a gateway signs with new secrets from a file and from Vault while it runs, and tells nobody what they are', async () => {
  await using vault = await startVaultServer()
  const [port = 0] = await freePorts(1)
  const old = { file: newSecret(), vault: newSecret() }
  const fresh = { file: newSecret(), vault: newSecret() }
  const { roleId, secretId } = vault.addAppRole(policy)
  vault.putSecret('secret', 'voice/app', { webhook: old.vault, other: 'x' })
  let folder = ''
  await using gateway = await startGateway({
    logLevel: 'debug',
    async prepare(dir) {
      folder = dir
      await writeFile(join(dir, 'vault-ca.pem'), vault.caPem)
      await writeFile(join(dir, 'secret-id'), secretId, { mode: 0o600 })
      await writeFile(join(dir, 'rotating'), `${old.file}\n`, { mode: 0o600 })
    },
    configure(settings) {
      settings['keys'] = {
        providers: [
          { id: 'local', kind: 'local' },
          {
            id: 'bao',
            kind: 'vault-transit',
            url: vault.url,
            caFile: 'vault-ca.pem',
            auth: { method: 'approle', roleId, secretId: 'file:secret-id' },
          },
        ],
        provider: 'local',
      }
      settings['secrets'] = { vault: 'bao', refreshMs: 3_600_000, fileCheckMs: 100 }
      for (const app of settings.apps) {
        const webhook = app['webhook'] as Record<string, unknown>
        const secrets = ['file:rotating', 'vault:secret/voice/app#webhook']
        Object.assign(webhook, { url: `https://127.0.0.1:${port}/voice`, secrets })
      }
    },
  })
  await using ear = await startEar(port, folder)

  call(gateway, 'before')
  const before = await ear.call('before')
  assert.ok((await isSignedBy(before, old.file)) && (await isSignedBy(before, old.vault)))

  // The file is replaced whole, as editors and Kubernetes do; nobody tells the gateway.
  await writeFile(join(folder, 'rotating.new'), fresh.file, { mode: 0o600 })
  await rename(join(folder, 'rotating.new'), join(folder, 'rotating'))
  await gateway.process.until(/rotating".*secrets have changed/)
  call(gateway, 'between')
  const between = await ear.call('between')
  assert.ok((await isSignedBy(between, fresh.file)) && (await isSignedBy(between, old.vault)))
  assert.ok(!(await isSignedBy(between, old.file)))

  // Vault is asked again on SIGHUP.
  vault.putSecret('secret', 'voice/app', { webhook: fresh.vault, other: 'x' })
  process.kill(gateway.process.pid, 'SIGHUP')
  await gateway.process.until(/voice\/app.*secrets have changed/)
  call(gateway, 'after')
  const after = await ear.call('after')
  assert.ok((await isSignedBy(after, fresh.file)) && (await isSignedBy(after, fresh.vault)))
  assert.ok(!(await isSignedBy(after, old.vault)))

  // What cannot be read, or cannot sign, changes nothing.
  vault.setSealed(true)
  await writeFile(join(folder, 'rotating'), 'not a secret that signs')
  process.kill(gateway.process.pid, 'SIGHUP')
  await gateway.process.until(/cannot be read again/)
  call(gateway, 'still')
  const still = await ear.call('still')
  assert.ok((await isSignedBy(still, fresh.file)) && (await isSignedBy(still, fresh.vault)))

  // The audit log says which changed; nothing says what they are.
  const output = gateway.process.output()
  await gateway.stop()
  const rows = await databaseRows(gateway.deployment.dataDir)
  const entries = rows.map(({ bytes }) => Buffer.from(bytes).toString()).join('\n')
  assert.match(entries, /secrets\.changed/)
  assert.match(entries, /vault:secret\/voice\/app#webhook/)
  const written = [...filesBelow(gateway.deployment.dataDir), ...rows, textSource('output', output)]
  const secrets = [...Object.values(old), ...Object.values(fresh)].map((secret) =>
    secret.slice('whsec_'.length),
  )
  const markers = [...secrets, secretId].flatMap((secret) => textMarkers('a secret', secret))
  assert.deepEqual(findMarkers(written, markers), [])
})

test('a gateway does not start when a secret leads nowhere, and says which', async () => {
  await using vault = await startVaultServer()
  vault.putSecret('kv', 'voice', { present: newSecret() })
  const token = vault.addToken({ 'kv/voice': ['read'] })
  const started = startGateway({
    async prepare(dir) {
      await writeFile(join(dir, 'vault-ca.pem'), vault.caPem)
      await writeFile(join(dir, 'token'), token, { mode: 0o600 })
    },
    configure(settings) {
      const auth = { method: 'token', token: 'file:token' }
      const bao = { id: 'bao', kind: 'vault-transit', url: vault.url, caFile: 'vault-ca.pem', auth }
      settings['keys'] = { providers: [{ id: 'local', kind: 'local' }, bao] }
      settings['secrets'] = { vault: 'bao' }
      for (const app of settings.apps)
        Object.assign(app['webhook'] as object, {
          secrets: ['vault:kv/voice#present', 'vault:kv/voice#absent', 'vault:kv/denied#any'],
        })
    },
  })
  await assert.rejects(
    async () => {
      await using _ = await started
    },
    (error: unknown) => {
      const text = `${String(error)} ${error instanceof Error ? String(error.cause) : ''}`
      assert.match(text, /vault:kv\/voice#absent: the entry in Vault has no such field/)
      assert.match(text, /vault:kv\/denied#any: Vault denies it/)
      assert.ok(!text.includes('#present:') && !text.includes(token))
      return true
    },
  )
})
