import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { after, before, describe, test } from 'node:test'
import { nodeRandomBytes } from '@voxkeep/wire/node'
import type pkcs11js from 'pkcs11js'
import { KeyError, type KeyErrorCode, type KeyProvider } from '#keys'
import { openKeyProviders } from '#keys/providers'
import { readSecret, silentLog, systemClock, type Config } from '#kernel'
import { context } from './support/provider-contract.ts'
import { startSoftHsm, withoutSoftHsm, type SoftHsm } from './support/softhsm.ts'

type Address = Extract<Config['keys']['providers'][number], { kind: 'pkcs11' }>

describe('the PKCS#11 provider', { skip: withoutSoftHsm() }, () => {
  const stack = new AsyncDisposableStack()
  let hsm: SoftHsm
  let module: pkcs11js.PKCS11
  let binding: typeof pkcs11js
  before(async () => {
    hsm = stack.use(await startSoftHsm())
    binding = createRequire(import.meta.url)('pkcs11js') as typeof pkcs11js
    module = new binding.PKCS11() // the same module in the same process: it sees what the provider's thread sees
    module.load(hsm.moduleFile)
  })
  after(() => stack.disposeAsync())

  async function open(
    change: Partial<Address> = {},
    readPin = readSecret,
  ): Promise<{ provider: KeyProvider; opened: AsyncDisposable }> {
    const { moduleFile, tokenLabel, pin } = hsm
    const address = {
      id: 'hsm',
      kind: 'pkcs11',
      moduleFile,
      tokenLabel,
      pin,
      iv: 'gateway',
      timeoutMs: 5_000,
    } as const
    const deps = {
      clock: systemClock,
      random: { bytes: nodeRandomBytes },
      log: silentLog,
      readSecret: readPin,
      keyringFile: '/nowhere',
    }
    const opened = await openKeyProviders([{ ...address, ...change }], deps)
    const provider = opened.get('hsm')
    assert.ok(provider)
    return { provider, opened }
  }

  /** A session of our own, logged in because the provider is. */
  function withSession<T>(act: (session: Buffer) => T): T {
    const [slot] = module
      .C_GetSlotList(true)
      .filter((one) => module.C_GetTokenInfo(one).label.trimEnd() === 'voxkeep')
    assert.ok(slot)
    const session = module.C_OpenSession(slot, binding.CKF_RW_SESSION | binding.CKF_SERIAL_SESSION)
    try {
      return act(session)
    } finally {
      module.C_CloseSession(session)
    }
  }

  function find(session: Buffer, label: string): Buffer[] {
    module.C_FindObjectsInit(session, [{ type: binding.CKA_LABEL, value: label }])
    const found = module.C_FindObjects(session, 10)
    module.C_FindObjectsFinal(session)
    return found
  }

  const fails = (act: Promise<unknown>, code: KeyErrorCode) =>
    assert.rejects(act, (error: unknown) => {
      assert.ok(error instanceof KeyError && error.code === code, String(error))
      assert.ok(!String(error.stack).includes(readSecret(hsm.pin).reveal()))
      return true
    })

  test('makes keys that nobody can take out of the token', async () => {
    const { provider, opened } = await open()
    await using _ = opened
    await provider.ensureKey('inside')
    withSession((session) => {
      const [key] = find(session, 'inside#1')
      assert.ok(key)
      assert.throws(
        () => module.C_GetAttributeValue(session, key, [{ type: binding.CKA_VALUE }]),
        /CKR_ATTRIBUTE_SENSITIVE/,
      )
      const facts = [binding.CKA_EXTRACTABLE, binding.CKA_NEVER_EXTRACTABLE, binding.CKA_ALWAYS_SENSITIVE]
      const values = module.C_GetAttributeValue(
        session,
        key,
        facts.map((type) => ({ type })),
      )
      assert.deepEqual(
        values.map(({ value }) => Buffer.isBuffer(value) && value[0]),
        [0, 1, 1],
      )
    })
  })

  test('uses no key that could be taken out', async () => {
    const { provider, opened } = await open()
    await using _ = opened
    await provider.ensureKey('unrelated') // logs in
    withSession((session) =>
      module.C_GenerateKey(session, { mechanism: binding.CKM_AES_KEY_GEN }, [
        { type: binding.CKA_CLASS, value: binding.CKO_SECRET_KEY },
        { type: binding.CKA_TOKEN, value: true },
        { type: binding.CKA_LABEL, value: 'loose#1' },
        { type: binding.CKA_VALUE_LEN, value: 32 },
        { type: binding.CKA_ENCRYPT, value: true },
        { type: binding.CKA_DECRYPT, value: true },
        { type: binding.CKA_SENSITIVE, value: false },
        { type: binding.CKA_EXTRACTABLE, value: true },
      ]),
    )
    await fails(provider.generateDataKey('loose', context()), 'KEY_REFUSED')
  })

  test('logs in again when its session is lost', async () => {
    const { provider, opened } = await open()
    await using _ = opened
    await provider.ensureKey('again')
    const made = await provider.generateDataKey('again', context())
    const [slot] = module.C_GetSlotList(true)
    assert.ok(slot)
    module.C_CloseAllSessions(slot) // as a restarted HSM service does
    assert.deepEqual(await provider.unwrap(made, context()), made.plain)
    module.C_CloseAllSessions(slot)
    assert.equal((await provider.rotate('again')).keyRef, 'hsm:again:2')
  })

  test('tries a PIN that was refused no second time, which would lock the token', async () => {
    process.env['WRONG_PIN'] = '000000'
    const [slot] = module.C_GetSlotList(true)
    assert.ok(slot)
    module.C_CloseAllSessions(slot) // a login is the process's: with one open there would be no other
    const { provider, opened } = await open({ pin: 'env:WRONG_PIN' })
    await using _ = opened
    for (let tries = 0; tries < 20; tries++) await fails(provider.describe('inside'), 'KEY_REFUSED')
    const right = await open()
    await using _right = right.opened
    assert.equal((await right.provider.describe('inside')).state, 'enabled')
  })

  test('closes a key at once that is to be destroyed later, and destroys it when its time has come', async () => {
    const { provider, opened } = await open()
    await using _ = opened
    await provider.ensureKey('doomed')
    const made = await provider.generateDataKey('doomed', context())
    const due = await provider.scheduleDestroy('doomed', 400)
    await fails(provider.unwrap(made, context()), 'KEY_REFUSED')
    const info = await provider.describe('doomed')
    assert.equal(info.state, 'destroying')
    assert.deepEqual(info.destroyAt, due)
    await fails(provider.rotate('doomed'), 'KEY_REFUSED')
    while (Date.now() <= due.getTime()) await new Promise((resolve) => setTimeout(resolve, 50))
    await fails(provider.unwrap(made, context()), 'KEY_UNKNOWN')
    withSession((session) => {
      assert.deepEqual(find(session, `doomed#1~${due.getTime()}`), [])
    })
  })

  test('refuses a token that leaves the IV at zero when it should make its own', async () => {
    const { provider, opened } = await open({ iv: 'token' })
    await using _ = opened
    await provider.ensureKey('iv')
    await fails(provider.generateDataKey('iv', context()), 'KEY_REFUSED')
  })

  test('says that a token is not there, and a module', async () => {
    const missing = await open({ tokenLabel: 'elsewhere' })
    await using _missing = missing.opened
    await fails(missing.provider.describe('inside'), 'KEY_UNAVAILABLE')
    const broken = await open({ moduleFile: import.meta.filename })
    await using _broken = broken.opened
    await fails(broken.provider.describe('inside'), 'KEY_UNAVAILABLE')
  })

  test('reads its PIN only when it is needed', async () => {
    let reads = 0
    const { provider, opened } = await open({}, (reference) => {
      reads += 1
      return readSecret(reference)
    })
    await using _ = opened
    assert.equal(reads, 0)
    await provider.describe('inside')
    await provider.describe('inside')
    assert.equal(reads, 1)
  })
})
