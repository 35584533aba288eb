import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { createPki, type Pki } from '@voxkeep/pki'
import { commands } from '@voxkeep/sdk'
import { freePorts } from '@voxkeep/deployment'
import { answerCalls, type AnswerOptions, type AnsweringPhone } from '@voxkeep/softphone'
import type { SecurityReceipt } from '#call'
import { startBaresip } from './support/baresip.ts'
import { without } from './support/counterpart.ts'
import { startGateway, type GatewayProcess, type Settings } from './support/gateway-process.ts'
import { claimMediaPorts, type MediaPorts } from './support/media-ports.ts'
import { sayWhen } from './support/say-when.ts'
import { matchSpeech } from './support/speech.ts'
import { spoken, writeSpeech } from './support/spoken.ts'

const [own, to] = ['+12133734253', '+12025550142']
const speech = spoken(4)
const hears = (heard: Int16Array) => matchSpeech(speech, heard).heard > 0.7

/** A trunk whose peer is at `port`; its audio and its BYE come from 127.0.0.1. */
function addTrunk(settings: Settings, id: string, port: number, caFile: string, next: string[] = []): void {
  const outbound = { host: '127.0.0.1', port, caFile }
  settings.trunks.push({ id, app: id, allowedAddresses: ['127.0.0.1/32'], outbound })
  const [app] = settings.apps
  const dialing = { trunks: [id, ...next], callerIds: [own], countries: ['US'], uris: ['sip:*@127.0.0.1'] }
  settings.apps.push({ ...app, id, dialing })
}

const callOf = ({ data }: { readonly data: object }) => (data as { call_id?: string }).call_id

describe('POST /v1/calls', { timeout: 60_000 }, () => {
  const stack = new AsyncDisposableStack()
  let pki: Pki
  let folder = ''
  let caFile = ''
  let ports: MediaPorts
  let gateway: GatewayProcess
  let phonePort = 0
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'voxkeep-called-'))
    stack.defer(() => rm(folder, { recursive: true, force: true }))
    caFile = join(folder, 'ca.pem')
    pki = await createPki()
    await writeFile(caFile, pki.caPem)
    const [first = 0, desertedPort = 0] = await freePorts(2)
    phonePort = first
    ports = stack.use(await claimMediaPorts())
    gateway = stack.use(
      await startGateway({
        decide: (event, url) =>
          event.type === 'call.connected' ? [commands.stream(`${url}/${callOf(event)}`)] : [],
        configure(settings) {
          addTrunk(settings, 'softphone', phonePort, caFile)
          addTrunk(settings, 'deserted', desertedPort, caFile, ['softphone'])
          addTrunk(settings, 'baresip', ports.phone(0).min + 1, caFile)
        },
        scopes: ['calls:read', 'calls:write'],
      }),
    )
  })
  after(() => stack.disposeAsync())

  async function phone(options: Partial<AnswerOptions> = {}): Promise<AnsweringPhone> {
    const { certPem: cert, keyPem: key } = await pki.issue(['127.0.0.1'])
    return answerCalls({ port: phonePort, cert, key, ...options })
  }
  const told = (type: string, call: string) =>
    gateway.app.event(`${type} of ${call}`, (event) => event.type === type && callOf(event) === call)
  const streamOf = (call: string) => gateway.app.call(`gathered/${call}`).stream()

  test('a call to a phone carries audio both ways, also after it was held, and its receipt tells how', async () => {
    const listening = Promise.withResolvers<void>()
    await using callee = await phone({ speech: sayWhen(listening.promise, speech) })
    const { id } = await gateway.api.calls.create({ app: 'softphone', to })
    const stream = await streamOf(id)
    listening.resolve()
    const taken = await callee.nextCall()
    assert.deepEqual([taken.from, taken.to], [own, to])
    await taken.whenUp
    await stream.heard(6)
    assert.ok(hears(stream.samples()), 'the app hears the phone')
    assert.ok(hears(taken.heard()), 'the phone hears the app, which says what it hears')
    assert.equal(await taken.hold(), true)
    assert.equal(await taken.resume(), true)
    taken.hangup()
    const { data } = await told('call.ended', id)
    assert.equal((data as { reason?: string }).reason, 'callee-hung-up')
    const { receipt } = await gateway.api.calls.get(id)
    const { legs } = receipt as SecurityReceipt
    assert.partialDeepStrictEqual(legs?.[0], {
      trunk: 'softphone',
      outcome: 'answered',
      sip: { tlsVersion: 'TLSv1.3', group: 'X25519MLKEM768', authenticatedBy: ['certificate'] },
      srtp: { suite: 'AEAD_AES_256_GCM' },
    })
    assert.deepEqual(taken.stats.dropped, {})
  })

  test('a call that is not answered says why', async () => {
    const headers = [['Reason', 'Q.850;cause=17;text="User busy"']] as const
    await using callee = await phone({ decide: () => ({ kind: 'reject', status: 486, headers }) })
    const { id } = await gateway.api.calls.create({ app: 'softphone', to })
    const { data } = await told('call.ended', id)
    assert.equal((data as { reason?: string }).reason, 'busy')
    assert.equal(callee.calls.length, 1)
  })

  test('a call takes the next trunk when nobody is at the first', async () => {
    await using callee = await phone()
    const { id } = await gateway.api.calls.create({ app: 'deserted', to })
    const taken = await callee.nextCall()
    await taken.whenUp
    await told('call.connected', id)
    taken.hangup()
    await told('call.ended', id)
    const { receipt } = await gateway.api.calls.get(id)
    assert.partialDeepStrictEqual((receipt as SecurityReceipt).legs, [
      { trunk: 'deserted', outcome: 'unreachable' },
      { trunk: 'softphone', outcome: 'answered' },
    ])
  })

  test('a call to baresip carries audio', { skip: without('baresip') }, async () => {
    const { certPem, keyPem } = await pki.issue(['127.0.0.1'])
    const certificateFile = join(folder, 'baresip.pem')
    await writeFile(certificateFile, `${certPem}\n${keyPem}\n`, { mode: 0o600 })
    const says = join(folder, 'says.wav')
    writeSpeech(says, speech, 30)
    const own = { folder: join(folder, 'baresip'), ports: ports.phone(0), says, certificateFile }
    await using bob = await startBaresip({
      ...own,
      caFile: gateway.deployment.caFile,
      user: 'bob',
      answers: true,
    })
    const { id } = await gateway.api.calls.create({ app: 'baresip', to: 'sip:bob@127.0.0.1' })
    await bob.until('CALL_ESTABLISHED')
    const stream = await streamOf(id)
    await stream.heard(6)
    bob.hangup()
    await told('call.ended', id)
    assert.ok(hears(stream.samples()), 'the app hears baresip')
    assert.ok(hears(await bob.heard()), 'baresip hears the app')
  })
})
