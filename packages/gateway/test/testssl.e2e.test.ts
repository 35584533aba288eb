import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { createPki } from '@voxkeep/pki'
import { program, without } from './support/counterpart.ts'
import { startGateway, type GatewayProcess, type Settings } from './support/gateway-process.ts'

interface Finding {
  readonly id: string
  readonly severity: string
  readonly finding: string
}

/** Protocols, cipher categories, forward secrecy, the server's choices, its certificate. */
const posture = ['--protocols', '--std', '--fs', '--server-preference', '--server-defaults', '--fast']
/** What has a name and does not follow from the protocols and ciphers (as POODLE, SWEET32, FREAK, LOGJAM, DROWN, BEAST do). */
const vulnerabilities =
  '--heartbleed --ccs --ticketbleed --robot --renegotiation --crime --tls-fallback --lucky13'.split(' ')
/** Of the tester's own machine, not of the listener. */
const notOurs = new Set(['engine_problem', 'sessionresumption_ticket'])

describe('testssl.sh against the listener', { skip: without('testssl'), timeout: 120_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'voxkeep-testssl-'))
  const caFile = join(folder, 'ca.pem')
  let gateway: GatewayProcess
  before(async () => {
    const pki = await createPki()
    // A public authority's certificate says where its revocation list is, and testssl.sh minds one that does not.
    const crlUrl = 'http://crl.voxkeep.test/ca.crl'
    const { certPem, keyPem } = await pki.issue(['localhost', '127.0.0.1'], { crlUrl })
    const tls = { certFile: join(folder, 'cert.pem'), keyFile: join(folder, 'key.pem') }
    await writeFile(tls.certFile, certPem)
    await writeFile(tls.keyFile, keyPem)
    await writeFile(caFile, pki.caPem)
    const configure = (settings: Settings) => {
      for (const listener of (settings['sip'] as { listen: Record<string, unknown>[] }).listen)
        listener['tls'] = tls
    }
    gateway = await startGateway({ configure })
  })
  after(async () => {
    await gateway[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true })
  })

  async function findings(name: string, checks: readonly string[]): Promise<Finding[]> {
    const json = join(folder, `${name}.json`)
    const common = ['--quiet', '--color', '0', '--warnings', 'batch', '--nodns', 'none', '--ids-friendly']
    const args = [
      ...common,
      '--add-ca',
      caFile,
      '--jsonfile',
      json,
      ...checks,
      `127.0.0.1:${gateway.sipPort}`,
    ]
    await new Promise((resolve) => execFile(program('testssl'), args, { cwd: folder }, resolve))
    return JSON.parse(await readFile(json, 'utf8')) as Finding[]
  }

  test('it finds nothing above LOW, and what it wants to see is there', async () => {
    const [seen, named] = await Promise.all([
      findings('posture', posture),
      findings('vulnerabilities', vulnerabilities),
    ])
    const all = [...seen, ...named].filter(({ id }) => !notOurs.has(id))
    const grave = all.filter(({ severity }) => !['OK', 'INFO', 'DEBUG', 'LOW'].includes(severity))
    assert.deepEqual(grave, [])
    const verdict = (id: string) => all.find((finding) => finding.id === id)?.finding
    assert.match(verdict('TLS1_3') ?? '', /offered/)
    assert.match(verdict('TLS1_2') ?? '', /offered/)
    for (const id of ['SSLv2', 'SSLv3', 'TLS1', 'TLS1_1', 'cipherlist_AVERAGE', 'cipherlist_LOW'])
      assert.equal(verdict(id), 'not offered', id)
    assert.match(verdict('cert_chain_of_trust') ?? '', /passed/)
    assert.match(verdict('secure_client_renego') ?? '', /not vulnerable/)
    assert.match(verdict('sessionresumption_ID') ?? '', /not supported/)
    assert.ok(all.length > 50, `only ${all.length} findings`)
  })
})
