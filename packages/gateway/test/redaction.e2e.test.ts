import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { commands } from '@voxkeep/sdk'
import { sql } from 'kysely'
import { redactionStore } from '#db'
import { fakeClock, silentLog, systemClock, type RecordingId } from '#kernel'
import { apiRedactions } from '#src/api-redactions.ts'
import { currentRecording } from '#src/current-recording.ts'
import { openMetrics } from '#src/metrics.ts'
import { openRedaction } from '#src/open-redaction.ts'
import { redactSealed, type RedactSealedDeps } from '#src/redact-sealed.ts'
import { runCli } from './support/cli.ts'
import { death } from './support/dying.ts'
import { startGateway, type GatewayProcess } from './support/gateway-process.ts'
import {
  audioOf,
  keptConfig,
  openKept,
  prepareKept,
  random,
  record,
  recordUnsettled,
  settleKept,
  tenants,
  toneAt,
  type Kept,
} from './support/kept.ts'
import { startMoto, withoutMoto, type Moto } from './support/moto.ts'
import { recordCall } from './support/record-call.ts'
import { recordedSides } from './support/recorded.ts'

const acme = tenants[0] as (typeof tenants)[number]
const all = { after: '', limit: 10 }
const spans = [{ channel: 0, fromMs: 500, toMs: 1_500, why: 'card' }] as const

describe('redaction after the fact, and death at every moment of it', () => {
  let dir: string
  let kept: Kept
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'voxkeep-redaction-'))
    const config = keptConfig(dir)
    await prepareKept(config)
    kept = await openKept(config)
  })
  after(async () => {
    await kept?.[Symbol.asyncDispose]()
    await rm(dir, { recursive: true, force: true })
  })

  function parts(): RedactSealedDeps {
    return {
      rows: redactionStore(kept.database, systemClock),
      recordings: kept.recordings,
      objects: kept.objects,
      keys: kept.keys,
      audit: kept.audit,
      retention: { refusal: async () => undefined },
      clock: systemClock,
      random,
      log: silentLog,
      node: kept.database.node,
    }
  }

  /** Asks for the redaction with parts that die at a moment; how many moments there were. */
  async function redactAndDie(
    recording: RecordingId,
    at: number,
  ): Promise<{ moments: number; isDead: boolean }> {
    const life = death(at)
    const { objects, ...whole } = parts()
    const deps = {
      ...whole,
      rows: life.of(whole.rows),
      recordings: life.of(whole.recordings),
      keys: life.of(whole.keys),
      audit: life.of(whole.audit),
      objects: {
        source: objects.source,
        mover: objects.mover,
        keeper: life.of(objects.keeper),
        spool: objects.spool,
      },
    }
    const row = {
      id: `red_${at}`,
      recording,
      tenant: acme,
      node: whole.node,
      actor: 'test',
      mask: 'silence' as const,
      spans,
    }
    await whole.rows.begin(row)
    await redactSealed(deps, { ...row, target: null, refused: null, created_at: new Date() }).catch(() => {})
    return life
  }

  /** What of the caller's audio is as it was said: all of it, or all but the stretch. */
  async function heard(id: RecordingId, seed: number): Promise<'whole' | 'redacted'> {
    const audio = await audioOf(kept, acme, id)
    const inside = (at: number) => at % 2 === 0 && at >> 1 >= 4_000 && at >> 1 < 12_000
    const same = (at: number) => audio[at] === toneAt(seed, (at & 1) as 0 | 1, at >> 1)
    for (let at = 0; at < audio.length; at++) assert.ok(inside(at) || same(at), `sample ${at >> 1}`)
    if (audio.every((_, at) => same(at))) return 'whole'
    const silent = audio.filter((code, at) => inside(at) && (code | 0x80) === 0xff).length
    assert.ok(silent >= 8_000 - 16)
    return 'redacted'
  }

  test('there is one recording to hear at every moment, and afterwards one without the stretch and nothing else', async () => {
    let at = 0
    for (let isDead = true; isDead; at++) {
      const old = await record(kept, acme, 100, at)
      await kept.objects.mover.settled()
      ;({ isDead } = await redactAndDie(old.id, at))
      const between = await currentRecording(kept.recordings, acme, old.id)
      assert.ok(between !== undefined)
      await heard(between.id, at)
      const redactor = openRedaction({ ...parts(), database: kept.database, metrics: openMetrics() })
      await settled(redactor.rows)
      await redactor[Symbol.asyncDispose]()
      kept.objects.mover.poke()
      await kept.objects.mover.settled()
      const now = await currentRecording(kept.recordings, acme, old.id)
      assert.ok(now !== undefined)
      assert.equal(await heard(now.id, at), 'redacted', `death at moment ${at}`)
      await assert.rejects(kept.keys.openObject({ tenant: acme, purpose: 'audio', object: old.id }), {
        code: 'KEY_UNKNOWN',
      })
      assert.equal((await kept.objects.rows.find(old.id))?.state, 'deleted')
      const marks = await redactor.rows.marks(acme, now.id)
      assert.deepEqual(
        marks.map(({ channel, from_ms, to_ms, kind, why }) => [channel, from_ms, to_ms, kind, why]),
        [[0, 500, 1_500, 'redacted', 'card']],
      )
      assert.deepEqual(await redactor.rows.marks(acme, old.id), [], 'the marks of the old one went with it')
    }
    assert.ok(at > 12, `${at} moments`)
    assert.deepEqual(readdirSync(kept.objects.spool.dir), [])
    const keys = await kept.database.kysely.selectFrom('data_keys').select('object').execute()
    const live = await kept.database.kysely
      .selectFrom('recordings')
      .select('id')
      .where('state', '<>', 'deleted')
      .execute()
    assert.deepEqual(
      keys.map(({ object }) => object).toSorted(),
      live.map(({ id }) => id as string).toSorted(),
    )
  })

  test('marks that somebody altered in the database are found out', async () => {
    const old = await record(kept, acme, 60, 99)
    await using redactor = openRedaction({ ...parts(), database: kept.database, metrics: openMetrics() })
    const request = { tenant: acme, recording: old.id, spans, mask: 'tone', actor: 'test' } as const
    const outcome = await redactor.redact(request)
    assert.ok(outcome.kind === 'redacted')
    const marks = () => apiRedactions({ redactor, audit: kept.audit }).marks(outcome.recording)
    assert.equal((await marks()).audited, 'same')
    const { kysely } = kept.database
    await sql`update recording_marks set to_ms = to_ms - 500 where recording = ${outcome.recording.id}`.execute(
      kysely,
    )
    assert.equal((await marks()).audited, 'different')
    await sql`delete from recording_marks where recording = ${outcome.recording.id}`.execute(kysely)
    assert.equal((await marks()).audited, 'different')
  })

  test('what nobody waits for is tried again until a hold is gone, and the audit log is told of the hold once', async () => {
    const old = await record(kept, acme, 100, 98)
    const clock = fakeClock(Date.now())
    let isHeld = true
    const refusal = async () => (isHeld ? { why: 'hold' as const, holds: [], until: null } : undefined)
    const told: string[] = []
    const audit: RedactSealedDeps['audit'] = {
      append: (event) => {
        told.push(event.type)
        return kept.audit.append(event)
      },
    }
    const { database } = kept
    const deps = { ...parts(), clock, retention: { refusal }, audit, database, metrics: openMetrics() }
    await using redactor = openRedaction(deps)
    await redactor.later({ tenant: acme, recording: old.id, spans, mask: 'silence', actor: 'gateway' })
    const until = async (what: string, probe: () => Promise<boolean>) => {
      for (let tries = 0; !(await probe()); tries++) {
        assert.ok(tries < 300, what)
        await setTimeout(10)
      }
    }
    await until('it is refused', async () => (await redactor.rows.waiting(all))[0]?.refused === 'hold')
    for (let rounds = 0; rounds < 2; rounds++) {
      await until('it waits for its next round', async () => clock.timers > 0)
      clock.advance(10 * 60_000)
    }
    await until('it waits for its next round', async () => clock.timers > 0)
    assert.deepEqual(told, ['recording.redaction_refused'])
    isHeld = false
    clock.advance(10 * 60_000)
    await settled(redactor.rows)
    const now = await currentRecording(kept.recordings, acme, old.id)
    assert.equal(await heard(now?.id ?? old.id, 98), 'redacted')
  })

  test('what was found too late in a call is redacted at the next start, when the gateway died before the recording ended', async () => {
    const old = await recordUnsettled(kept, acme, 100, 97)
    const { database } = kept
    const open = () => openRedaction({ ...parts(), database, metrics: openMetrics() })
    const request = { tenant: acme, recording: old.id, mask: 'silence', actor: 'gateway' } as const
    const running = open()
    await running.foresee({ ...request, spans: [{ ...spans[0], toMs: 700 }] })
    await running.foresee({ ...request, spans }) // all of it each time
    await running[Symbol.asyncDispose]()
    // It runs, for all that is known: whoever looks leaves it, and the row, as it is.
    await open()[Symbol.asyncDispose]()
    assert.equal((await kept.recordings.get(acme, old.id))?.state, 'recording')
    assert.equal((await running.rows.waiting(all)).length, 1)
    await settleKept(kept)
    const restarted = open()
    await settled(restarted.rows)
    await restarted[Symbol.asyncDispose]()
    const now = await currentRecording(kept.recordings, acme, old.id)
    assert.equal(await heard(now?.id ?? old.id, 97), 'redacted')
  })

  async function settled(rows: ReturnType<typeof redactionStore>): Promise<void> {
    for (let tries = 0; tries < 200; tries++) {
      if ((await rows.waiting(all)).length === 0) return
      await setTimeout(10)
    }
    assert.fail('a redaction waits still')
  }
})

describe('a recording in a versioned bucket (moto, over TLS)', { skip: withoutMoto() }, () => {
  const stack = new AsyncDisposableStack()
  let moto: Moto
  let client: S3Client
  let gateway: GatewayProcess
  let id: string
  let slipped: string
  before(async () => {
    moto = stack.use(await startMoto())
    const { httpUrl, region, credentials } = moto
    client = new S3Client({ endpoint: httpUrl, region, credentials, forcePathStyle: true })
    stack.defer(() => client.destroy())
    const Bucket = 'recordings'
    const CreateBucketConfiguration = { LocationConstraint: 'eu-central-1' as const }
    await client.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration }))
    await client.send(
      new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }),
    )
    gateway = stack.use(
      await startGateway({
        decide: (_: unknown, streamUrl: string) => [commands.record(), commands.stream(streamUrl)],
        scopes: [
          'calls:read',
          'calls:write',
          'recordings:read',
          'recordings:delete',
          'recordings:redact',
          'objects:read',
          'objects:verify',
          'holds:read',
          'holds:write',
        ],
        async prepare(dir) {
          await writeFile(join(dir, 'moto.pem'), moto.caPem)
          await writeFile(join(dir, 'secrets/s3-id'), credentials.accessKeyId, { mode: 0o600 })
          await writeFile(join(dir, 'secrets/s3-key'), credentials.secretAccessKey, { mode: 0o600 })
        },
        configure(settings) {
          const secret = { accessKeyId: 'file:secrets/s3-id', secretAccessKey: 'file:secrets/s3-key' }
          const store = {
            id: 'recordings',
            kind: 's3',
            bucket: Bucket,
            region,
            endpoint: moto.url,
            pathStyle: true,
          }
          settings['objects'] = {
            stores: [{ ...store, caFile: 'moto.pem', credentials: secret }],
            place: { audio: 'recordings' },
          }
        },
      }),
    )
    const slips = [
      commands.redact({ from_ms: 500, to_ms: 900 }, { channel: 'caller', why: 'slip' }),
      commands.redact({ last_ms: 300 }, { channel: 'agent', why: 'slip' }),
    ]
    ;[id, slipped] = await Promise.all([
      recordCall(gateway, 'redacted'),
      recordCall(gateway, 'slipped', '+12025550143', (call) => gateway.api.calls.command(call, slips)),
    ])
    await untilStored(id)
  })
  after(() => stack.disposeAsync())

  async function untilStored(object: string) {
    for (let tries = 0; tries < 200; tries++) {
      const found = await gateway.api.objects.get(object)
      if (found.state === 'stored') return found
      await setTimeout(50)
    }
    return assert.fail(`${object} is not in its store`)
  }

  const versions = async () => {
    const { Versions } = await client.send(new ListObjectVersionsCommand({ Bucket: 'recordings' }))
    return (Versions ?? []).map(({ Key }) => Key ?? '')
  }

  test('what the app has redacted during the call is silent in the end, sealed before or not', async () => {
    const { api } = gateway
    for (let tries = 0; tries < 100 && (await api.recordings.get(slipped)).replaced_by === null; tries++)
      await setTimeout(50)
    const { data, audited } = await api.recordings.marks(slipped)
    assert.equal(audited, 'same')
    const [first, second] = data
    assert.deepEqual(first, { channel: 'caller', from_ms: 500, to_ms: 900, kind: 'redacted', why: 'slip' })
    assert.ok(second?.channel === 'agent' && second.kind === 'redacted' && second.from_ms > 3_000)
    const [caller, app] = await recordedSides(api, slipped)
    assert.ok(caller.subarray(8 * 501, 8 * 899).every((sample) => sample === 0))
    assert.ok(app.subarray(8 * (second.from_ms + 2), 8 * (second.to_ms - 2)).every((sample) => sample === 0))
    await api.recordings.delete(slipped)
  })

  test('a hold stands against redacting it', async () => {
    const hold = await gateway.api.holds.place({ all: true, reason: 'a case' })
    const request = { spans: [{ channel: 'caller' as const, from_ms: 1_000, to_ms: 3_000, why: 'card' }] }
    await assert.rejects(gateway.api.recordings.redact(id, request), { status: 409, why: 'hold' })
    await gateway.api.holds.release(hold.id, 'it is over')
    assert.equal((await gateway.api.recordings.get(id)).state, 'sealed')
  })

  test('redacted, it is another object under another key: the stretch is silent, everything else as it was, the old one gone in all versions', async () => {
    const { api } = gateway
    const [was, wasApp] = await recordedSides(api, id)
    const { key } = await api.objects.get(id)
    const raw = await client.send(new GetObjectCommand({ Bucket: 'recordings', Key: key ?? '' }))
    const stolen = await raw.Body?.transformToByteArray()
    const run = await runCli(
      gateway,
      'recordings',
      'redact',
      id,
      '--channel',
      'caller',
      '--from',
      '1.5',
      '--to',
      '3',
      '--why',
      'card',
      '--json',
    )
    assert.equal(run.code, 0, run.output)
    const { recording, replaced } = JSON.parse(run.output) as {
      recording: { id: string; sha256: string; replaces: string }
      replaced: string
    }
    assert.deepEqual([replaced, recording.replaces], [id, id])
    const stored = await untilStored(recording.id)
    assert.deepEqual(await versions(), [stored.key])
    const [caller, app] = await recordedSides(api, id)
    assert.deepEqual(app, wasApp)
    const [from, to] = [12_000, 24_000]
    for (const [at, sample] of caller.entries())
      assert.equal(sample, at >= from + 8 && at < to - 8 ? 0 : at >= from && at < to ? sample : was[at])
    assert.ok(
      was.subarray(from, to).some((sample) => Math.abs(sample) > 1_000),
      'there was speech to redact',
    )
    assert.equal((await api.objects.verify({ open: true })).altered.length, 0)
    // Whoever kept a copy of the old object finds no key for it, neither here nor in the new recording's.
    const now = await client.send(new GetObjectCommand({ Bucket: 'recordings', Key: stored.key ?? '' }))
    const resealed = await now.Body?.transformToByteArray()
    assert.ok(stolen !== undefined && resealed !== undefined && stolen.length === resealed.length)
    assert.ok(!Buffer.from(resealed).includes(Buffer.from(stolen).subarray(5_000, 5_016)))
  })

  test('the audit log has both hashes, the marks are drawn, and doing it again changes nothing', async () => {
    const { api } = gateway
    const before = await api.recordings.get(id)
    assert.equal(before.state, 'deleted')
    const current = await api.recordings.get(before.replaced_by ?? '')
    const entry = (await api.calls.audit(current.call_id)).find(({ type }) => type === 'recording.redacted')
    assert.equal(entry?.fields['sha256Before'], before.sha256)
    assert.equal(entry?.fields['sha256'], current.sha256)
    const asked = (await api.calls.audit(current.call_id)).findIndex(
      ({ type }) => type === 'recording.redact',
    )
    assert.ok(asked >= 0)
    const again = await api.recordings.redact(id, {
      spans: [{ channel: 'caller', from_ms: 1_600, to_ms: 2_900 }],
    })
    assert.deepEqual([again.replaced, again.recording.id], [null, current.id])
    const { output } = await runCli(gateway, 'recordings', 'marks', id)
    assert.match(output, /caller +1\.50 +3\.00 +redacted +card/)
    assert.match(output, /caller {2}\| +#+ +\|/)
    assert.doesNotMatch(output, /altered/)
  })

  test('whoever deletes the recording that was, deletes what is left of it', async () => {
    await gateway.api.recordings.delete(id)
    assert.deepEqual(await versions(), [])
    await assert.rejects(gateway.api.recordings.audio(id), { status: 410 })
    await assert.rejects(gateway.api.recordings.marks(id), { status: 410 })
  })
})
