import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { startBaresip, type Baresip, type BaresipOptions } from './support/baresip.ts'
import { startCapture, type Captured, type Flow } from './support/capture.ts'
import { without } from './support/counterpart.ts'
import { isTls, overhear, readableFlows } from './support/eavesdropper.ts'
import { startGateway, type GatewayProcess } from './support/gateway-process.ts'
import { audioMarkers, findMarkers, textMarkers } from './support/markers.ts'
import { recordedSides } from './support/recorded.ts'
import { sdesKeyMarkers } from './support/sdes-keys.ts'
import { spoken, writeSpeech } from './support/spoken.ts'

const said = spoken(5)
const callerNumber = '+12025550142'
const calledNumber = '+12025550177'

/** What was sent, with every flow searchable by name. */
const sources = (flows: readonly Flow[]) =>
  flows.map((flow) => ({
    name: `${flow.protocol} ${flow.from} to ${flow.to}`,
    bytes: new Uint8Array(Buffer.concat(flow.payloads)),
  }))
const over = ({ flows }: Captured, protocol: Flow['protocol']) =>
  flows.filter((flow) => flow.protocol === protocol)

describe('a capture of the wire', { skip: without('baresip', 'tshark'), timeout: 150_000 }, () => {
  let gateway: GatewayProcess
  before(async () => {
    gateway = await startGateway({
      scopes: ['calls:read', 'recordings:read'],
      decide: (_event, url) => [{ type: 'record' }, { type: 'stream', url }],
    })
  })
  after(() => gateway[Symbol.asyncDispose]())

  async function phone(
    index: number,
    options: Partial<BaresipOptions> = {},
    silenceSeconds = 60,
  ): Promise<Baresip> {
    const folder = await gateway.folder()
    const says = join(folder, 'says.wav')
    writeSpeech(says, said, silenceSeconds)
    const ports = gateway.mediaPorts.phone(index)
    return startBaresip({
      folder,
      says,
      ports,
      caFile: gateway.deployment.caFile,
      user: callerNumber,
      ...options,
    })
  }

  async function capture(tcpPorts: readonly number[]) {
    return startCapture({ folder: await gateway.folder(), tcpPorts, udpPorts: gateway.mediaPorts.all })
  }

  test('startCapture() shows everything of a call between two phones that protect nothing', async () => {
    const plain = { mediaEncryption: '', transport: 'tcp' } as const
    await using called = await phone(1, { ...plain, user: calledNumber, answers: true })
    await using caller = await phone(0, plain, 1) // it hangs up when it has nothing more to say
    await using wire = await capture([gateway.mediaPorts.phone(1).min])
    caller.dial(called.uri)
    await called.until('CALL_CLOSED')
    const captured = await wire.stop()
    assert.equal(readableFlows(captured.flows).length, 2)
    assert.ok(!over(captured, 'tcp').some(isTls))
    assert.ok((await captured.dissect('sip.Method', ['sip.Method'])).length > 0)
    assert.ok(Math.max(...over(captured, 'udp').map((flow) => overhear(flow, said))) > 0.7)
    assert.ok(findMarkers(sources(captured.flows), textMarkers('caller', callerNumber)).length > 0)
  })

  test('a recorded and streamed call shows an eavesdropper no SIP, no webhook, no audio, no number and no key', async () => {
    const { sipPort, apiPort, app, deployment } = gateway
    await using caller = await phone(0)
    await using wire = await capture([sipPort, apiPort, deployment.app.port])
    const call = app.call(calledNumber)
    caller.dial(`sip:${calledNumber}@127.0.0.1:${sipPort};transport=tls`)
    const stream = await call.stream()
    await caller.press('42')
    await stream.pressed('42')
    await stream.heard(7.5)
    caller.hangup()
    const { recording_id: recording } = await call.told('recording.completed')
    await recordedSides(gateway.api, String(recording))
    await call.told('call.ended')
    const captured = await wire.stop()

    const rtp = over(captured, 'udp').filter((flow) => flow.payloads.length > 200)
    assert.equal(rtp.length, 2, 'audio went both ways')
    const tcp = over(captured, 'tcp')
    for (const port of [sipPort, apiPort, deployment.app.port]) {
      for (const end of ['from', 'to'] as const)
        assert.ok(
          tcp.some((flow) => flow[end] === port),
          `${end} ${port}`,
        )
    }
    for (const flow of tcp) assert.ok(isTls(flow), `TCP ${flow.from} to ${flow.to}`)
    assert.deepEqual(readableFlows(captured.flows), [])
    const asSip = ['-d', `tcp.port==${sipPort},sip`]
    assert.deepEqual(await captured.dissect('sip.Method or sip.Status-Code', ['sip.Method'], asSip), [])
    for (const flow of rtp) assert.equal(overhear(flow, said), 0, `UDP ${flow.from} to ${flow.to}`)
    const markers = [
      ...textMarkers('caller', callerNumber.slice(1)),
      ...textMarkers('called', calledNumber.slice(1)),
      ...textMarkers('webhook secret', deployment.webhookSecret),
      ...textMarkers('API token', gateway.token),
      ...textMarkers('call', await call.id()),
      ...audioMarkers('speech', stream.ulaw()),
      ...sdesKeyMarkers(caller.output()),
    ]
    assert.ok(markers.length > 100)
    // baresip 1.0 says goodbye by RTCP in clear, with its address in it, once its SRTP is gone: that flow is not ours.
    const phoneRtcp = rtp
      .map(({ from }) => from + 1)
      .filter((port) => port >= gateway.mediaPorts.phone(0).min)
    const checked = captured.flows.filter(({ from }) => !phoneRtcp.includes(from))
    assert.equal(phoneRtcp.length, 1)
    assert.deepEqual(findMarkers(sources(checked), markers), [])
  })

  test('interop 21: a caller who holds is sent no audio until the call is resumed', async () => {
    await using caller = await phone(0)
    const call = gateway.app.call('held')
    caller.dial(`sip:held@127.0.0.1:${gateway.sipPort};transport=tls`)
    const stream = await call.stream()
    await stream.heard(1)
    caller.hold()
    await caller.untilSaid(/a=sendonly[^]*SIP\/2\.0 200 OK[^]*a=recvonly/)
    const heldAudio = await audioSent(() => stream.heard(stream.ulaw().length / 8_000 + 1.5))
    caller.resume()
    await caller.untilSaid(/a=recvonly[^]*SIP\/2\.0 200 OK[^]*a=sendrecv/)
    const resumedAudio = await audioSent(() => stream.heard(stream.ulaw().length / 8_000 + 1.5))
    caller.hangup()
    await call.told('call.ended')
    assert.equal(heldAudio, 0)
    assert.ok(resumedAudio > 50, `${resumedAudio} packets`)
  })

  /** How many RTP packets the gateway sends while something else happens. */
  async function audioSent(meanwhile: () => Promise<void>): Promise<number> {
    await using wire = await capture([gateway.sipPort])
    await meanwhile()
    const { min, max } = gateway.mediaPorts.gateway
    const rtp = over(await wire.stop(), 'udp').filter(
      ({ from }) => from >= min && from <= max && from % 2 === 0,
    )
    return rtp.reduce((sum, flow) => sum + flow.payloads.length, 0)
  }
})
