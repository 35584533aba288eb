/** What a codec's sound loses by itself, and by packets that do not come. */
export interface EquipmentImpairment {
  /** Equipment impairment factor. */
  readonly ie: number
  /** Packet-loss robustness factor. */
  readonly bpl: number
}

export interface Conditions {
  /** Mouth to ear, one way. */
  readonly delayMs: number
  /** Of the packets, 0 to 1. */
  readonly lossFraction: number
  /** Mean length of the losses over what random loss would give; 1 for random loss. */
  readonly burstRatio: number
  readonly codec: EquipmentImpairment
}

/**
 * ITU-T G.113 Appendix I: G.711 with nothing put in place of a lost packet, and with the concealment of its Appendix I,
 * which phones have.
 */
export const g711WithoutConcealment: EquipmentImpairment = { ie: 0, bpl: 4.3 }
export const g711WithConcealment: EquipmentImpairment = { ie: 0, bpl: 25.1 }

// ITU-T G.107 §7.7, default values.
const talkerEchoLoudness = 65
const echoPathLoss = 110
const receiveLoudness = 2
const noise = -61.18 // No, the sum of all noise sources
const basic = 94.77 // Ro
const simultaneous = 1.41 // Is

/**
 * Transmission rating factor R: ITU-T G.107, with its default values for all that a gateway cannot know. A call with
 * neither delay nor loss has 93.2. The scale is the narrowband one: wideband codecs are rated no better than G.711.
 */
export function transmissionRating(conditions: Conditions): number {
  const { delayMs, lossFraction, burstRatio, codec } = conditions
  const delay = Math.max(0, delayMs)
  const loss = 100 * Math.min(1, Math.max(0, lossFraction))
  const equipment = codec.ie + ((95 - codec.ie) * loss) / (loss / Math.max(1, burstRatio) + codec.bpl)
  return basic - simultaneous - talkerEcho(delay) - listenerEcho(2 * delay) - longDelay(delay) - equipment
}

/** Mean opinion score, 1 to 4.5, of a rating: ITU-T G.107 Annex B. */
export function mosOf(rating: number): number {
  if (rating <= 0) return 1
  if (rating >= 100) return 4.5
  const mos = 1 + 0.035 * rating + rating * (rating - 60) * (100 - rating) * 7e-6
  return Math.max(1, mos) // the cubic dips below 1 near 0
}

/** Idte: ITU-T G.107 §7.4. */
function talkerEcho(delayMs: number): number {
  const masking = 6 * Math.exp(-0.3 * delayMs * delayMs)
  const terv = talkerEchoLoudness - 40 * Math.log10((1 + delayMs / 10) / (1 + delayMs / 150)) + masking
  const difference = -1.5 * (noise - receiveLoudness) - (80 + 2.5 * (terv - 14))
  return (difference / 2 + Math.sqrt((difference * difference) / 4 + 100) - 1) * (1 - Math.exp(-delayMs))
}

/** Idle: ITU-T G.107 §7.4. */
function listenerEcho(roundTripMs: number): number {
  const difference = basic - 10.5 * (echoPathLoss + 7) * (roundTripMs + 1) ** -0.25
  return difference / 2 + Math.sqrt((difference * difference) / 4 + 169)
}

/** Idd: ITU-T G.107 §7.4. */
function longDelay(delayMs: number): number {
  if (delayMs <= 100) return 0
  const x = Math.log2(delayMs / 100)
  return 25 * ((1 + x ** 6) ** (1 / 6) - 3 * (1 + (x / 3) ** 6) ** (1 / 6) + 2)
}
