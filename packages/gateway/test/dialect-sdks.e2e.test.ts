import assert from 'node:assert/strict'
import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { createPki } from '@voxkeep/pki'
import { placeCall } from '@voxkeep/softphone'
import { decodeUlaw } from '@voxkeep/wire/g711'
import { startGateway, type GatewayProcess, type Settings } from './support/gateway-process.ts'
import { sdkPlatforms, startSdkApps, type SdkApps, type SdkPlatform, type Seen } from './support/sdk-apps.ts'
import { toneMs } from './support/tones.ts'
import { narrowed, wideTone } from './support/wide-audio.ts'

const { privateKey } = generateKeyPairSync('ed25519')
const publicKey = createPublicKey(privateKey).export({ type: 'spki', format: 'der' }).subarray(-32)
const secrets = {
  plivo: 'plivo-token-of-this-test',
  vonage: 'vonage-secret-of-this-test',
  jambonz: 'jambonz-secret-of-this-test',
}
/** What the app is told once its tone was played. */
const told: Readonly<Record<SdkPlatform, (message: Record<string, unknown>) => boolean>> = {
  telnyx: ({ event }) => event === 'mark',
  plivo: ({ event }) => event === 'playedStream',
  vonage: ({ event }) => event === 'websocket:notify',
  jambonz: ({ mark }) => mark !== undefined,
}
/** Each platform's trunk is an address of its own. */
const addressOf = (platform: SdkPlatform) => `127.0.0.${11 + sdkPlatforms.indexOf(platform)}`

function configure(settings: Settings, port: number): void {
  const [{ webhook = {}, ...rest } = {}] = settings.apps as { webhook?: object }[]
  const caFile = 'sdk-ca.pem'
  settings.apps = sdkPlatforms.map((platform) => ({
    ...rest,
    id: platform,
    dialect: platform,
    platform: { secrets: [`file:secrets/${platform}`] },
    webhook: { ...webhook, url: `https://127.0.0.1:${port}/${platform}`, caFile },
    stream: { caFile },
  }))
  settings.trunks = sdkPlatforms.map((platform) => ({
    id: platform,
    app: platform,
    allowedAddresses: [addressOf(platform)],
  }))
}

/** Calls the platform's app and hangs up once the app has heard enough and was told that its tone was played. */
async function talk(gateway: GatewayProcess, seen: Seen, platform: SdkPlatform, speech: Int16Array) {
  const hangup = new AbortController()
  const calling = placeCall({
    host: '127.0.0.1',
    localAddress: addressOf(platform),
    port: gateway.sipPort,
    ca: gateway.deployment.caPem,
    from: '+12025550100',
    to: '+12125550199',
    speech,
    signal: hangup.signal,
  })
  for (let round = 0; round < 500; round += 1) {
    if (heardBy(platform, seen).length > 2.7 * 8_000 && seen.said.some(told[platform])) break
    await sleep(20)
  }
  hangup.abort()
  return calling
}

/** The caller at 8 kHz, as the app heard them. */
function heardBy(platform: SdkPlatform, { pieces }: Seen): Int16Array {
  if (platform === 'vonage' || platform === 'jambonz') return narrowed(pieces)
  const ulaw = Buffer.concat(pieces)
  return decodeUlaw(ulaw, new Int16Array(ulaw.length))
}

test(
  'telnyx, plivo, vonage, jambonz: apps made of their own SDKs, unmodified, take our webhooks for theirs and talk with callers',
  { timeout: 60_000 },
  async (t) => {
    const pki = await createPki({ name: 'SDK apps CA' })
    const { certPem: cert, keyPem: key } = await pki.issue(['127.0.0.1'])
    await using apps: SdkApps = await startSdkApps(
      { cert, key },
      { ...secrets, telnyx: publicKey.toString('base64') },
    )
    await using gateway = await startGateway({
      prepare: async (dir) => {
        await writeFile(join(dir, 'sdk-ca.pem'), pki.caPem)
        const telnyx = privateKey.export({ type: 'pkcs8', format: 'pem' })
        for (const [name, secret] of Object.entries({ ...secrets, telnyx }))
          await writeFile(join(dir, 'secrets', name), secret, { mode: 0o600 })
      },
      configure: (settings) => configure(settings, apps.port),
    })
    // Tones: a machine that is busy with all of them at once may move what it plays, and a tone is found all the same.
    const speech = narrowed([wideTone(1_000, 4)])
    const calls = await Promise.all(
      sdkPlatforms.map((platform) => talk(gateway, apps.seen[platform], platform, speech)),
    )
    for (const [index, platform] of sdkPlatforms.entries()) {
      const seen = apps.seen[platform]
      const playedMs = toneMs(calls[index]?.heard ?? new Int16Array(), 440)
      const heardMs = toneMs(heardBy(platform, seen), 1_000)
      t.diagnostic(
        `${platform}: the caller heard ${playedMs} ms of the app, the app ${heardMs} ms of the caller`,
      )
      assert.equal(seen.refused, 0, platform)
      assert.equal(seen.asked.length, 1, platform)
      assert.ok(Math.abs(playedMs - 1_000) <= 100, `${platform}: the caller hears the app: ${playedMs} ms`)
      assert.ok(heardMs > 2_000, `${platform}: the app hears the caller: ${heardMs} ms`)
    }
    sameIds(apps.seen)
  },
)

/** What a webhook calls the call, its stream calls it too. */
function sameIds({ telnyx, plivo, vonage, jambonz }: SdkApps['seen']): void {
  const startOf = ({ said }: Seen) =>
    (said.find((message) => message['event'] === 'start')?.['start'] ?? {}) as Record<string, unknown>
  assert.equal(startOf(telnyx)['call_control_id'], telnyx.asked[0]?.['CallSid'])
  assert.equal(startOf(plivo)['callId'], plivo.asked[0]?.['CallUUID'])
  assert.match(String(startOf(plivo)['streamId']), /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab]/)
  assert.deepEqual(vonage.said[0], {
    id: '7',
    event: 'websocket:connected',
    'content-type': 'audio/l16;rate=16000',
  })
  const [{ callSid, sampleRate, id } = {}] = jambonz.said
  assert.deepEqual([callSid, sampleRate, id], [jambonz.asked[0]?.['call_sid'], 16_000, '7'])
}
