import assert from 'node:assert/strict'
import { after, beforeEach, describe, test } from 'node:test'
import { sid, type TenantId } from '#kernel'
import { addCall, addLeg, startFakeApi } from './fake-deps.ts'
import { twilioClient } from './fake-twilio-client.ts'

const api = await startFakeApi()
const client = twilioClient(api, await api.token())
const { world } = api
const at = (text: string) => new Date(`2026-07-01T10:00:${text}Z`)

describe('Twilio’s child calls', () => {
  after(() => api[Symbol.asyncDispose]())
  beforeEach(() => {
    for (const rows of [world.calls, world.legs]) rows.clear()
    for (const list of [world.happened, world.audited, world.commands]) list.length = 0
  })

  test('H10: a leg is fetched as a call of its own, with its parent', async () => {
    const call = addCall(world)
    const leg = addLeg(world, call, {
      state: 'ended',
      outcome: 'answered',
      started_at: at('00'),
      answered_at: at('05'),
      ended_at: at('17'),
    })
    const child = await client.calls(sid('CA', leg.id)).fetch()
    assert.partialDeepStrictEqual(child, {
      sid: sid('CA', leg.id),
      parentCallSid: sid('CA', call.id),
      direction: 'outbound-dial',
      from: leg.from,
      to: leg.to,
      status: 'completed',
      duration: '12',
    })
    assert.deepEqual([child.startTime, child.endTime], [at('00'), at('17')])
    assert.equal((await client.calls(sid('CA', call.id)).fetch()).parentCallSid, null)
  })

  test('H10: its status is Twilio’s word for how it goes, or why it came to nothing', async () => {
    const call = addCall(world)
    for (const [more, status] of [
      [{ state: 'ringing', answered_at: null }, 'ringing'],
      [{ state: 'active' }, 'in-progress'],
      [{ state: 'ended', outcome: 'busy', sip_status: 486 }, 'busy'],
      [{ state: 'ended', outcome: 'no-answer' }, 'no-answer'],
      [{ state: 'ended', outcome: 'cancelled' }, 'canceled'],
      [{ state: 'ended', outcome: 'refused' }, 'failed'],
    ] as const) {
      const leg = addLeg(world, call, { ...more, ...(more.state === 'ended' && { ended_at: at('09') }) })
      assert.equal((await client.calls(sid('CA', leg.id)).fetch()).status, status)
    }
  })

  test('a leg that a crash left open ended with its call', async () => {
    const call = addCall(world, { state: 'ended', ended_at: at('20') })
    const talked = addLeg(world, call, { answered_at: at('10') })
    const rang = addLeg(world, call, { state: 'ringing', answered_at: null })
    assert.partialDeepStrictEqual(await client.calls(sid('CA', talked.id)).fetch(), {
      status: 'completed',
      duration: '10',
      endTime: at('20'),
    })
    assert.equal((await client.calls(sid('CA', rang.id)).fetch()).status, 'canceled')
  })

  test('I9: legs are listed by their parent, and among all calls by their age, each once', async () => {
    const [first, second] = [addCall(world), addCall(world)]
    const legs = [first, first, second].map((call) => addLeg(world, call))
    const sids = async (o: Parameters<typeof client.calls.list>[0]) =>
      (await client.calls.list(o)).map((call) => call.sid)
    const newest = legs.toReversed().map(({ id }) => sid('CA', id))
    assert.deepEqual(await sids({ parentCallSid: sid('CA', first.id) }), newest.slice(1))
    assert.deepEqual(await sids({ parentCallSid: sid('CA', legs[0]?.id ?? '') }), [])
    assert.deepEqual(await sids({ parentCallSid: 'CA1' }), [])
    const all = [...newest, ...[second, first].map(({ id }) => sid('CA', id))]
    assert.deepEqual(await sids({ pageSize: 2, limit: 20 }), all)
    assert.deepEqual(await sids({ to: '+4930777777', status: 'in-progress' }), newest)
  })

  test('I22: another tenant’s legs do not exist', async () => {
    const call = addCall(world, { tenant: 'rival' as TenantId })
    const leg = addLeg(world, call)
    const child = client.calls(sid('CA', leg.id))
    await assert.rejects(child.fetch(), { status: 404, code: 20_404 })
    await assert.rejects(child.update({ status: 'completed' }), { status: 404, code: 20_404 })
    assert.deepEqual(await client.calls.list({ parentCallSid: sid('CA', call.id) }), [])
    assert.deepEqual(world.happened, [])
  })

  test('F6: Status=completed ends the leg alone, audited first; once it is over nothing happens', async () => {
    const call = addCall(world)
    const leg = addLeg(world, call)
    const child = client.calls(sid('CA', leg.id))
    await child.update({ status: 'canceled' }) // it was answered
    assert.deepEqual(world.happened, [])
    await child.update({ status: 'completed' })
    assert.deepEqual(world.happened, ['audit call.hangup', 'command'])
    assert.partialDeepStrictEqual(world.audited[0], { call: call.id, fields: { leg: leg.id } })
    assert.deepEqual(world.commands, [[{ type: 'hangup', leg_id: leg.id }]])
    world.legs.set(leg.id, { ...leg, state: 'ended', outcome: 'answered', ended_at: at('09') })
    assert.equal((await child.update({ status: 'completed' })).status, 'completed')
    assert.equal(world.happened.length, 2)
  })

  test('F7: what can only be done with the call that dialled is refused with 21220', async () => {
    const leg = addLeg(world, addCall(world))
    const child = client.calls(sid('CA', leg.id))
    const refusal = { status: 400, code: 21_220 }
    await assert.rejects(child.update({ url: 'https://app.test/next' }), refusal)
    await assert.rejects(child.recordings.create(), refusal)
    await assert.rejects(child.streams.create({ url: 'wss://app.test/ears' }), refusal)
    await assert.rejects(child.remove(), refusal)
    assert.deepEqual(world.happened, [])
  })
})
