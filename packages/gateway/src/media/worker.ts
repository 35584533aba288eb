import type { LegId } from '#kernel'
import type { MediaValue, ToMedia } from './contract.ts'
import type { MediaWorkerDeps } from './deps.ts'
import { Leg } from './leg.ts'
import { legTotals } from './leg-totals.ts'
import { MediaError } from './media-error.ts'
import { packetMemory } from './packet-memory.ts'
import { portPool } from './port-pool.ts'
import { scheduler } from './scheduler.ts'
import { bindUdpPair } from './udp-pair.ts'

/** Takes one command; everything it causes is posted. Never throws. */
export type MediaWorker = (message: ToMedia) => void

interface Seat {
  readonly leg: Leg
  readonly port: number
}

/** Ports that another process holds are passed over, up to this many for one leg. */
const bindAttempts = 16
const metricsIntervalMs = 5_000

/** The worker side of the media contract: owns the legs of one thread. */
export function mediaWorker(deps: MediaWorkerDeps): MediaWorker {
  const { clock, config, post } = deps
  const seats = new Map<LegId, Seat>()
  const opening = new Set<LegId>()
  const ports = portPool({ ...config, drainMs: config.portDrainMs })
  const pacing = scheduler(clock)
  const shared = { scheduler: pacing, memory: packetMemory() }
  const totals = legTotals()
  let stallsTold = 0
  let stopMetrics = clock.set(metricsIntervalMs, tellMetrics)

  function tellMetrics(): void {
    stopMetrics = clock.set(metricsIntervalMs, tellMetrics)
    const running = [...seats.values()].map(({ leg }) => leg.stats())
    const stalls = pacing.stalls - stallsTold
    stallsTold += stalls
    post({ kind: 'metrics', counters: { ...totals.increments(running), ...(stalls > 0 && { stalls }) } })
  }

  async function openLeg(id: LegId): Promise<MediaValue> {
    opening.add(id)
    try {
      const seat = await takeSeat(id)
      // The call may have ended while the sockets were being bound.
      if (!opening.has(id)) await leave(seat)
      else seats.set(id, seat)
      return { kind: 'port', rtpPort: seat.port }
    } finally {
      opening.delete(id)
    }
  }

  async function takeSeat(id: LegId): Promise<Seat> {
    const leg = new Leg(id, deps, shared, () => breakLeg(id))
    for (let attempt = 0; attempt < bindAttempts; attempt += 1) {
      const port = ports.take(clock.monotonicMs())
      if (port === undefined) throw new MediaError('PORTS_EXHAUSTED', 'no media port is free')
      try {
        leg.channel.bind(await bindUdpPair(config.host, port, leg.channel))
        return { leg, port }
      } catch {
        ports.release(port, clock.monotonicMs())
      }
    }
    throw new MediaError('BIND_FAILED', 'no media port could be bound')
  }

  async function closeLeg(id: LegId): Promise<void> {
    opening.delete(id)
    const seat = seats.get(id)
    if (seat === undefined) return
    seats.delete(id)
    await leave(seat)
  }

  async function leave({ leg, port }: Seat): Promise<void> {
    totals.keep(leg.stats())
    const closed = leg.close()
    ports.release(port, clock.monotonicMs())
    await closed
  }

  /** A leg without sockets is silent for good; its call is told so and ends it. */
  function breakLeg(id: LegId): void {
    post({ kind: 'warning', leg: id, code: 'socket-failed', count: 1 })
    post({ kind: 'media.silent', leg: id, silentMs: 0 })
  }

  function legOf(id: LegId): Leg {
    const seat = seats.get(id)
    if (seat === undefined) throw new MediaError('LEG_UNKNOWN', 'the worker has no such leg')
    return seat.leg
  }

  function bridge(a: LegId, b: LegId): void {
    const [one, other] = [seats.get(a)?.leg, seats.get(b)?.leg]
    if (one !== undefined && other !== undefined && one !== other) one.bridge(other)
  }

  async function shutDown(): Promise<undefined> {
    stopMetrics()
    await Promise.all([...seats.keys()].map(closeLeg))
    return undefined
  }

  /** Answers a request with what `work` comes to. */
  function answer(request: number, work: () => Promise<MediaValue | undefined> | MediaValue): void {
    new Promise<MediaValue | undefined>((resolve) => {
      resolve(work())
    }).then(
      (value) => post({ kind: 'done', request, ...(value !== undefined && { value }) }),
      (error: unknown) => post({ kind: 'failed', request, ...failureOf(error) }),
    )
  }

  return (message) => {
    switch (message.kind) {
      case 'leg.open':
        return answer(message.request, () => openLeg(message.leg))
      case 'leg.connect':
        return seats.get(message.leg)?.leg.connect(message.audio, message)
      case 'bridge':
        return bridge(message.leg, message.peer)
      case 'unbridge':
        return seats.get(message.leg)?.leg.unbridge()
      case 'leg.close':
        return void closeLeg(message.leg)
      case 'play':
        return seats.get(message.leg)?.leg.play(message.play, message.ulaw)
      case 'press':
        return seats.get(message.leg)?.leg.press(message.play, message.digits)
      case 'play.stop':
        return void seats.get(message.leg)?.leg.stopPlay()
      case 'digit':
        return seats.get(message.leg)?.leg.keys.pressed('info', message)
      case 'stream.open':
        return seats.get(message.leg)?.leg.streams.open(message.stream)
      case 'stream.close':
        return seats.get(message.leg)?.leg.streams.close(message.stream)
      case 'stream.resume':
        return seats.get(message.leg)?.leg.streams.resume(message.stream, message.way)
      case 'stream.tell':
        return seats.get(message.leg)?.leg.streams.tell(message.stream, message.message)
      case 'stream.heard':
        return seats.get(message.leg)?.leg.streams.heard(message.stream)
      case 'record.start':
        return answer(message.request, async () => {
          await legOf(message.leg).recording.start(message.recording, clock.monotonicMs())
          return undefined
        })
      case 'record.pause':
        return seats.get(message.leg)?.leg.recording.pause(message.skipped)
      case 'record.resume':
        return seats.get(message.leg)?.leg.recording.resume()
      case 'record.redact':
        return redact(seats.get(message.leg)?.leg, message)
      case 'record.judged':
        return judged(seats.get(message.leg)?.leg, message)
      case 'record.stop':
        return answer(message.request, async () => ({
          kind: 'sealed',
          sealed: await legOf(message.leg).recording.stop(),
        }))
      case 'secure':
        return answer(message.request, async () => {
          legOf(message.leg).keys.secure(message.room)
          return undefined
        })
      case 'beep':
        return seats.get(message.leg)?.leg.beep()
      case 'listen':
        return seats.get(message.leg)?.leg.listener.listen(message.on)
      case 'meter':
        return seats.get(message.leg)?.leg.meter.watch(message.on)
      case 'stats':
        return answer(message.request, () => {
          const leg = legOf(message.leg)
          leg.tellWarnings() // whoever sums the leg up has heard of them
          return { kind: 'stats', stats: leg.stats() }
        })
      case 'positions':
        return answer(message.request, () => ({
          kind: 'positions',
          positions: legOf(message.leg).channel.positions,
        }))
      case 'shutdown':
        return answer(message.request, shutDown)
    }
  }
}

function failureOf(error: unknown) {
  if (error instanceof MediaError && error.code !== 'WORKER_DIED' && error.code !== 'PLANE_CLOSED') {
    return { code: error.code, message: error.message }
  }
  return { code: 'RECORDING_FAILED' as const, message: 'the worker could not do it' }
}

type Say<Kind extends ToMedia['kind']> = Extract<ToMedia, { kind: Kind }>

/** In the recording, and, where it is a stretch of the leg's timeline, in what streams wait for. */
function redact(leg: Leg | undefined, message: Say<'record.redact'>): void {
  const { of, channel, fromSamples, toSamples, why } = message
  if (of !== 'streams') leg?.recording.redact({ ...message, of: of ?? 'leg' })
  if (of !== 'recording') leg?.streams.redact(channel, fromSamples, toSamples, why)
}

function judged(leg: Leg | undefined, { channel, throughSamples }: Say<'record.judged'>): void {
  leg?.recording.judged(channel, throughSamples)
  leg?.streams.judged(channel, throughSamples)
}
