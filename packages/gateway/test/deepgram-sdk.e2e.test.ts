import assert from 'node:assert/strict'
import { after, before, test, describe } from 'node:test'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { DeepgramClient } from '@deepgram/sdk'
import { encodeUlaw } from '@voxkeep/wire/g711'
import { apartMs } from './support/hear.ts'
import { speakTones, toneRecogniser, type HeardWord } from './support/recogniser.ts'
import { startSpeechServers, type SpeechServers } from './support/speech-servers.ts'
import { watch } from './support/watch.ts'

const spoken = speakTones('41112222')

/** Deepgram's own client, unmodified: that our server speaks what it expects shows that our adapter was tested with the real protocol. */
describe('the Deepgram server of our tests, with @deepgram/sdk 5', { timeout: 20_000 }, () => {
  let servers: SpeechServers
  const trusted = getCACertificates('default')
  before(async () => {
    servers = await startSpeechServers({ recognise: toneRecogniser })
    setDefaultCACertificates([...trusted, servers.caPem])
  })
  after(async () => {
    setDefaultCACertificates(trusted)
    await servers[Symbol.asyncDispose]()
  })

  function client(apiKey: string) {
    const origin = `wss://localhost:${servers.port}`
    const environment = { base: origin, production: origin, agent: origin, agentRest: origin }
    return new DeepgramClient({ apiKey, environment })
  }
  const asked = {
    model: 'nova-3',
    encoding: 'mulaw',
    sample_rate: 8_000,
    interim_results: 'true',
    mip_opt_out: true,
    reconnectAttempts: 0,
  } as const

  test('is understood by the client: interim and final results, Finalize, CloseStream, Metadata', async () => {
    const { changed, until } = watch()
    const socket = await client(servers.key).listen.v1.connect({
      ...asked,
      Authorization: `Token ${servers.key}`,
    })
    const words: HeardWord[] = []
    const kinds = new Set<string>()
    let closed: number | undefined
    socket.on('message', (message) => {
      kinds.add(message.type)
      if (message.type === 'Results') {
        kinds.add(message.is_final === true ? 'final' : 'interim')
        if (message.from_finalize === true) kinds.add('from_finalize')
        const [best] = message.channel.alternatives
        if (message.is_final === true)
          for (const { word, start, end } of best?.words ?? [])
            words.push({ text: word, startMs: start * 1_000, endMs: end * 1_000 })
      }
      changed()
    })
    socket.on('close', ({ code }) => {
      closed = code
      changed()
    })
    socket.connect()
    await socket.waitForOpen()
    socket.sendKeepAlive({ type: 'KeepAlive' })
    for (let at = 0; at < spoken.samples.length; at += 800) {
      const part = spoken.samples.subarray(at, at + 800)
      socket.sendMedia(encodeUlaw(part, new Uint8Array(part.length)))
    }
    socket.sendFinalize({ type: 'Finalize' })
    socket.sendCloseStream({ type: 'CloseStream' })
    await until('the end', () => closed !== undefined)
    assert.equal(closed, 1_000)
    assert.deepEqual([...kinds].toSorted(), ['Metadata', 'Results', 'final', 'from_finalize', 'interim'])
    assert.ok(apartMs(spoken.words, words) <= 30)
    assert.match(servers.state.asked[0]?.url ?? '', /mip_opt_out=true/)
  })

  test('refuses another key with 401 before anything is opened', async () => {
    const { changed, until } = watch()
    const socket = await client('wrong').listen.v1.connect({ ...asked, Authorization: 'Token wrong' })
    let failed = ''
    socket.on('error', (error) => {
      failed = error.message
      changed()
    })
    socket.connect()
    await until('the refusal', () => failed !== '')
    assert.match(failed, /401/)
    socket.close()
  })
})
