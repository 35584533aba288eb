/** Notices audio that goes one way only, by what either side's reports say of the other's packets. */
export interface HearingWatch {
  /** The peer says how many packets it has sent; `received` is how many we have. */
  peerSent(packets: number, received: number): void
  /**
   * A report of the peer; `sent` is how many packets we have sent. `highest` is the extended sequence number of ours that
   * came last, or undefined when the report says nothing of us: RFC 3550 §6.4 leaves out sources that are not heard.
   */
  peerHeard(highest: number | undefined, sent: number): void
  /** One direction rests by agreement: what was seen before says nothing now. */
  reset(): void
  readonly oneWay: boolean
}

/** A second of audio: fewer packets between two reports prove nothing. */
const provingPackets = 50
/** Reports in a row that say the same; the first covers what was on its way. */
const provingReports = 2
/** Some peers never report on anybody, so silence about us takes longer to mean something. */
const provingOmissions = 3

export function hearingWatch(): HearingWatch {
  let deafHere = 0
  let deafThere = 0
  let before: { packets: number; received: number } | undefined
  let reported: { highest: number | undefined; sent: number } | undefined

  return {
    peerSent(packets, received) {
      const last = before
      before = { packets, received }
      if (last === undefined || packets < last.packets) return // its first report, or a new stream
      if (received > last.received) deafHere = 0
      else if (packets - last.packets >= provingPackets) deafHere += 1
    },
    peerHeard(highest, sent) {
      const last = reported
      reported = { highest, sent }
      if (highest !== undefined && highest !== last?.highest) deafThere = 0
      else if (sent - (last?.sent ?? 0) >= provingPackets) deafThere += 1
    },
    reset() {
      deafHere = 0
      deafThere = 0
      before = undefined
      reported = undefined
    },
    get oneWay() {
      const omitted = reported?.highest === undefined
      return deafHere >= provingReports || deafThere >= (omitted ? provingOmissions : provingReports)
    },
  }
}
