import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { commands, type SealedObject } from '@voxkeep/sdk'
import { startGateway, type GatewayProcess } from './support/gateway-process.ts'
import { startMoto, withoutMoto, type Moto } from './support/moto.ts'
import { isHeard, recordCall } from './support/record-call.ts'
import { recordedSides } from './support/recorded.ts'

const scopes = [
  'calls:read',
  'recordings:read',
  'recordings:delete',
  'recordings:redact',
  'objects:read',
  'objects:verify',
  'metrics:read',
] as const

const options = {
  decide: (_: unknown, streamUrl: string) => [commands.record(), commands.stream(streamUrl)],
  scopes,
}

async function untilState(
  { api }: GatewayProcess,
  id: string,
  state: SealedObject['state'] = 'stored',
): Promise<SealedObject> {
  let object = await api.objects.get(id)
  for (let tries = 0; object.state !== state && tries < 200; tries++) {
    await setTimeout(50)
    object = await api.objects.get(id)
  }
  assert.equal(object.state, state, JSON.stringify(object))
  return object
}

const spoolOf = (gateway: GatewayProcess) => readdirSync(join(gateway.deployment.dataDir, 'spool'))

describe('a recording in a folder', () => {
  let gateway: GatewayProcess
  let id: string
  before(async () => {
    gateway = await startGateway(options)
    id = await recordCall(gateway, 'folder')
  })
  after(() => gateway?.[Symbol.asyncDispose]())

  test('it is moved there when it is sealed, and read from there', async () => {
    const object = await untilState(gateway, id)
    assert.equal(object.store, 'local')
    const file = await readFile(join(gateway.deployment.dataDir, 'objects', object.key ?? ''))
    assert.equal(file.subarray(0, 4).toString(), 'VXKR')
    assert.deepEqual(spoolOf(gateway), [])
    assert.ok(await isHeard(gateway, id))
  })

  test('a flipped bit is found and named, and the audio is not given out', async () => {
    const { key } = await untilState(gateway, id)
    const path = join(gateway.deployment.dataDir, 'objects', key ?? '')
    const bytes = await readFile(path)
    bytes[20_000] = (bytes[20_000] ?? 0) ^ 1
    await writeFile(path, bytes)
    assert.deepEqual((await gateway.api.objects.verify()).altered, [id])
    await assert.rejects(recordedSides(gateway.api, id))
    await untilState(gateway, id, 'corrupt')
    bytes[20_000] = (bytes[20_000] ?? 0) ^ 1
    await writeFile(path, bytes)
    await gateway.api.objects.verify({ open: true })
    await untilState(gateway, id)
    assert.ok(await isHeard(gateway, id))
  })

  test('it goes for good when it is deleted', async () => {
    const { key } = await untilState(gateway, id)
    await gateway.api.recordings.delete(id)
    await assert.rejects(readFile(join(gateway.deployment.dataDir, 'objects', key ?? '')))
    await untilState(gateway, id, 'deleted')
  })
})

describe('a recording in an S3 bucket (moto, over TLS)', { skip: withoutMoto() }, () => {
  let moto: Moto
  let client: S3Client
  let gateway: GatewayProcess
  let id: string
  before(async () => {
    moto = await startMoto()
    const { httpUrl, region, credentials } = moto
    client = new S3Client({ endpoint: httpUrl, region, credentials, forcePathStyle: true })
    for (const [Bucket, lock] of [
      ['recordings', false],
      ['locked', true],
    ] as const)
      await client.send(
        new CreateBucketCommand({
          Bucket,
          CreateBucketConfiguration: { LocationConstraint: 'eu-central-1' },
          ObjectLockEnabledForBucket: lock,
        }),
      )
    gateway = await startGateway({
      ...options,
      async prepare(dir) {
        await writeFile(join(dir, 'moto.pem'), moto.caPem)
        await writeFile(join(dir, 'secrets/s3-id'), credentials.accessKeyId, { mode: 0o600 })
        await writeFile(join(dir, 'secrets/s3-key'), credentials.secretAccessKey, { mode: 0o600 })
      },
      configure(settings) {
        const bucket = (id: string) => ({
          id,
          kind: 's3',
          bucket: id,
          region,
          endpoint: moto.url,
          pathStyle: true,
          caFile: 'moto.pem',
          credentials: { accessKeyId: 'file:secrets/s3-id', secretAccessKey: 'file:secrets/s3-key' },
          encryption: { mode: 'AES256' },
          timeoutMs: 2_000,
          maxAttempts: 1,
        })
        settings['objects'] = {
          stores: [bucket('recordings'), { ...bucket('locked'), lock: { mode: 'compliance', days: 1 } }],
          place: { audio: 'recordings' },
        }
      },
    })
    id = await recordCall(gateway, 'bucket')
  })
  after(async () => {
    await gateway?.[Symbol.asyncDispose]()
    client?.destroy()
    await moto?.[Symbol.asyncDispose]()
  })

  test('it is moved there when it is sealed, and read from there in ranges', async () => {
    const object = await untilState(gateway, id)
    assert.equal(object.store, 'recordings')
    const raw = await client.send(new GetObjectCommand({ Bucket: 'recordings', Key: object.key ?? '' }))
    const bytes = await raw.Body?.transformToByteArray()
    assert.equal(Buffer.from(bytes?.subarray(0, 4) ?? []).toString(), 'VXKR')
    assert.equal(raw.ServerSideEncryption, 'AES256')
    assert.deepEqual(spoolOf(gateway), [])
    assert.ok(await isHeard(gateway, id))
    const answer = await fetch(`https://127.0.0.1:${gateway.apiPort}/v1/recordings/${id}/audio`, {
      headers: { authorization: `Bearer ${gateway.token}`, range: 'bytes=1000-1999' },
    })
    assert.deepEqual([answer.status, (await answer.arrayBuffer()).byteLength], [206, 1_000])
  })

  test('while the service is away calls go on, recordings wait sealed, and are moved when it is back', async () => {
    moto.setReachable(false)
    let waiting: string
    try {
      waiting = await recordCall(gateway, 'away')
      assert.equal((await gateway.api.objects.get(waiting)).state, 'spooled')
      assert.ok(await isHeard(gateway, waiting)) // from the spool
      await assert.rejects(gateway.api.recordings.audio(id), { status: 503, problem: 50_310 })
      await gateway.kill()
    } finally {
      moto.setReachable(true)
    }
    assert.deepEqual(spoolOf(gateway), [`${waiting}.vxr`])
    await gateway.restart()
    await untilState(gateway, waiting)
    assert.ok(await isHeard(gateway, waiting))
    assert.deepEqual(spoolOf(gateway), [])
  })

  test('somebody who changes it in the bucket is found out', async () => {
    const { key } = await untilState(gateway, id)
    const where = { Bucket: 'recordings', Key: key ?? '' }
    const raw = await client.send(new GetObjectCommand(where))
    const bytes = (await raw.Body?.transformToByteArray()) ?? new Uint8Array()
    await client.send(
      new PutObjectCommand({
        ...where,
        Body: bytes.with(9_000, (bytes[9_000] ?? 0) ^ 1),
        Metadata: raw.Metadata,
      }),
    )
    await assert.rejects(recordedSides(gateway.api, id))
    assert.deepEqual((await gateway.api.objects.verify({ open: true })).altered, [id])
    await client.send(new PutObjectCommand({ ...where, Body: bytes, Metadata: raw.Metadata }))
  })

  test('it goes for good when it is deleted; one that a lock keeps is not touched, and it says until when', async () => {
    const { key } = await untilState(gateway, id, 'corrupt')
    await gateway.api.recordings.delete(id)
    await assert.rejects(client.send(new GetObjectCommand({ Bucket: 'recordings', Key: key ?? '' })))
    await gateway.stop()
    const path = gateway.deployment.configPath
    await writeFile(path, (await readFile(path, 'utf8')).replace('audio: recordings', 'audio: locked'))
    await gateway.restart()
    const locked = await recordCall(gateway, 'locked')
    const { lock_until: until } = await untilState(gateway, locked)
    assert.ok(Date.parse(until ?? '') > Date.now())
    await assert.rejects(gateway.api.recordings.delete(locked), { status: 409, why: 'lock' })
    const spans = [{ channel: 'caller' as const, from_ms: 0, to_ms: 500 }]
    await assert.rejects(gateway.api.recordings.redact(locked, { spans }), { status: 409, why: 'lock' })
    assert.ok(await isHeard(gateway, locked))
  })
})
