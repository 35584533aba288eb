import assert from 'node:assert/strict'
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { loadConfig, readSecret } from '@voxkeep/gateway/config'
import { createDeployment } from './index.ts'

async function emptyDir(t: TestContext): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'voxkeep-deployment-'))
  t.after(() => rm(dir, { recursive: true }))
  return dir
}

const ports = { sip: 5_061, api: 8_443, app: 9_443 }
const keyringStub = (path: string) => writeFile(path, '{}', { mode: 0o600 })

test('createDeployment() writes a configuration that the gateway accepts', async (t) => {
  const dir = await emptyDir(t)
  const made = await createDeployment({
    dir,
    ports,
    workers: 1,
    logLevel: 'warn',
    createKeyring: keyringStub,
  })
  const config = loadConfig(made.configPath)
  const app = config.apps[0]
  assert.equal(config.dataDir, made.dataDir)
  assert.equal(config.sip.listen[0]?.port, 5_061)
  assert.equal(config.media.workers, 1)
  assert.equal(config.log.level, 'warn')
  assert.equal(app?.webhook.url, 'https://127.0.0.1:9443/voxkeep')
  assert.equal(app?.webhook.caFile, made.caFile)
  assert.equal(app?.stream.caFile, made.caFile)
  assert.equal(config.trunks[0]?.app, app?.id)
  assert.equal(readSecret(app?.webhook.secrets[0] ?? '').reveal(), made.webhookSecret)
})

test('createDeployment() trusts the system, not its own authority, for an app that is elsewhere', async (t) => {
  const dir = await emptyDir(t)
  const webhookUrl = 'https://app.example/voice'
  const made = await createDeployment({
    dir,
    ports,
    webhookUrl,
    allowPrivate: [],
    createKeyring: keyringStub,
  })
  const config = loadConfig(made.configPath)
  assert.equal(config.apps[0]?.webhook.url, webhookUrl)
  assert.equal(config.apps[0]?.webhook.caFile, undefined)
  assert.deepEqual(config.egress.allowPrivate, [])
})

test('createDeployment() makes certificates that chain to its authority and fit their keys', async (t) => {
  const dir = await emptyDir(t)
  const made = await createDeployment({ dir, ports, names: ['sip.example'], createKeyring: keyringStub })
  for (const name of ['sip', 'api', 'app']) {
    const leaf = new X509Certificate(await readFile(join(dir, `tls/${name}.pem`)))
    const key = createPrivateKey(await readFile(join(dir, `tls/${name}.key`)))
    assert.equal(leaf.checkIssued(new X509Certificate(made.caPem)), true)
    assert.equal(leaf.checkPrivateKey(key), true)
    assert.equal(leaf.checkHost('sip.example'), 'sip.example')
    assert.equal(leaf.checkIP('127.0.0.1'), '127.0.0.1')
  }
})

test('createDeployment() lets nobody else read keys and secrets', async (t) => {
  const dir = await emptyDir(t)
  const made = await createDeployment({ dir, ports, createKeyring: keyringStub })
  const secretFiles = [made.configPath, made.webhookSecretFile, made.app.keyFile, join(dir, 'tls/sip.key')]
  for (const file of secretFiles) assert.equal((await stat(file)).mode & 0o077, 0, file)
  assert.equal((await stat(made.dataDir)).mode & 0o077, 0)
})

test('createDeployment() touches nothing when there is a deployment', async (t) => {
  const dir = await emptyDir(t)
  const first = await createDeployment({ dir, ports, createKeyring: keyringStub })
  await assert.rejects(createDeployment({ dir, ports, createKeyring: keyringStub }), {
    code: 'DEPLOYMENT_EXISTS',
  })
  assert.equal(await readFile(first.webhookSecretFile, 'utf8'), first.webhookSecret)
  assert.equal(await readFile(first.caFile, 'utf8'), first.caPem)
})

test('createDeployment() asks for the keyring where the gateway looks for it', async (t) => {
  const dir = await emptyDir(t)
  const asked: string[] = []
  await createDeployment({ dir, ports, createKeyring: async (path) => void asked.push(path) })
  assert.deepEqual(asked, [join(dir, 'data/keyring.json')])
})
