/** The four lower tones of keys, then the four upper ones, in Hz: ITU-T Q.23. */
export const toneHz = [697, 770, 852, 941, 1_209, 1_336, 1_477, 1_633] as const
export const tones = toneHz.length
/** Samples that are looked at together: 4 ms at 8 kHz. */
export const hopSamples = 32
/** Every tone has gone through whole turns after one second, which is this many hops. */
const hopsPerTurn = 8_000 / hopSamples
/** Hops that a bank remembers: a power of two. */
const remembered = 8

const cosine = new Float64Array(tones * hopSamples)
const sine = new Float64Array(tones * hopSamples)
/** By how much a tone has turned at the beginning of each hop of a second. */
const turnedCosine = new Float64Array(tones * hopsPerTurn)
const turnedSine = new Float64Array(tones * hopsPerTurn)
toneHz.forEach((hz, tone) => {
  for (let i = 0; i < hopSamples; i += 1) {
    const angle = (2 * Math.PI * hz * i) / 8_000
    cosine[tone * hopSamples + i] = Math.cos(angle)
    sine[tone * hopSamples + i] = Math.sin(angle)
  }
  for (let hop = 0; hop < hopsPerTurn; hop += 1) {
    const angle = (2 * Math.PI * hz * ((hop * hopSamples) % 8_000)) / 8_000
    turnedCosine[tone * hopsPerTurn + hop] = Math.cos(angle)
    turnedSine[tone * hopsPerTurn + hop] = Math.sin(angle)
  }
})

/**
 * How much of each tone the latest hops held, as complex sums that keep their phase from hop to hop: so the sums of hops add up to
 * those of longer windows, as if each had been correlated as a whole. All memory is taken when it is made.
 */
export class ToneBank {
  readonly #real = new Float64Array(remembered * tones)
  readonly #imaginary = new Float64Array(remembered * tones)
  readonly #energy = new Float64Array(remembered)
  /** What `sum` found for each tone. */
  readonly real = new Float64Array(tones)
  readonly imaginary = new Float64Array(tones)
  #hops = 0
  #since = 0

  /** Hops since the last `restart`, as far as they are remembered. */
  get hops(): number {
    return Math.min(this.#since, remembered)
  }

  /** What follows does not join on to what was. */
  restart(): void {
    this.#since = 0
  }

  /** Takes `hopSamples` samples. */
  push(samples: Float64Array): void {
    const slot = this.#hops & (remembered - 1)
    const turn = this.#hops % hopsPerTurn
    let energy = 0
    for (let i = 0; i < hopSamples; i += 1) energy += (samples[i] as number) ** 2
    this.#energy[slot] = energy
    for (let tone = 0; tone < tones; tone += 1) {
      let real = 0
      let imaginary = 0
      const from = tone * hopSamples
      for (let i = 0; i < hopSamples; i += 1) {
        const sample = samples[i] as number
        real += sample * (cosine[from + i] as number)
        imaginary -= sample * (sine[from + i] as number)
      }
      const at = tone * hopsPerTurn + turn
      const [c, s] = [turnedCosine[at] as number, turnedSine[at] as number]
      this.#real[slot * tones + tone] = real * c + imaginary * s
      this.#imaginary[slot * tones + tone] = imaginary * c - real * s
    }
    this.#hops += 1
    this.#since += 1
  }

  /** Sums `hops` hops, the last of which is `back` before the latest one, into `real` and `imaginary`. */
  sum(hops: number, back: number): void {
    this.real.fill(0)
    this.imaginary.fill(0)
    for (let i = 0; i < hops; i += 1) {
      const from = ((this.#hops - 1 - back - i) & (remembered - 1)) * tones
      for (let tone = 0; tone < tones; tone += 1) {
        this.real[tone] = (this.real[tone] as number) + (this.#real[from + tone] as number)
        this.imaginary[tone] = (this.imaginary[tone] as number) + (this.#imaginary[from + tone] as number)
      }
    }
  }

  /** Energy of the last `hops` hops, all that sounds together. */
  energy(hops: number): number {
    let sum = 0
    for (let i = 0; i < hops; i += 1) sum += this.#energy[(this.#hops - 1 - i) & (remembered - 1)] as number
    return sum
  }

  /** Forgets what it heard. */
  wipe(): void {
    this.#real.fill(0)
    this.#imaginary.fill(0)
    this.#energy.fill(0)
    this.real.fill(0)
    this.imaginary.fill(0)
    this.restart()
  }
}
