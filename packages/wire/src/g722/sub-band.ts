import { scaleFactors } from './tables.ts'

const zeros = 6

export function saturate(value: number): number {
  return value > 32_767 ? 32_767 : value < -32_768 ? -32_768 : value
}

/**
 * The adaptive predictor and quantizer scale of one sub-band: the part that encoder and decoder run alike, in the
 * integer arithmetic of ITU-T G.722 clause 3.6, blocks 3 and 4. All values are 16-bit.
 */
export class SubBand {
  /** What the predictor expects of the next sample. */
  predicted = 0
  /** Step size of the quantizers. */
  step: number
  #logStep = 0
  #zeroPart = 0
  #a1 = 0
  #a2 = 0
  #reconstructed = 0
  #partial1 = 0
  #partial2 = 0
  readonly #differences = new Int32Array(zeros)
  readonly #b = new Int32Array(zeros)

  constructor(step: number) {
    this.step = step
  }

  /** LOGSCL, SCALEL and their like of the upper band. */
  rescale(weight: number, mostLog: number, exponent: number): void {
    const log = ((this.#logStep * 127) >> 7) + weight
    this.#logStep = log < 0 ? 0 : log > mostLog ? mostLog : log
    const shift = exponent - (this.#logStep >> 11)
    const factor = scaleFactors[(this.#logStep >> 6) & 31] ?? 0
    this.step = (shift < 0 ? factor << -shift : factor >> shift) << 2
  }

  /** Takes the quantized difference of this sample, and predicts the next. */
  adapt(difference: number): void {
    const before = this.#reconstructed
    const partial = saturate(this.#zeroPart + difference)
    this.#reconstructed = saturate(this.predicted + difference)
    this.#adaptPoles(partial)
    this.#partial2 = this.#partial1
    this.#partial1 = partial
    this.#adaptZeros(difference)
    const poles =
      ((this.#a1 * saturate(2 * this.#reconstructed)) >> 15) + ((this.#a2 * saturate(2 * before)) >> 15)
    this.predicted = saturate(saturate(poles) + this.#zeroPart)
  }

  /** UPPOL2, LIMC2, UPPOL1, LIMC1. */
  #adaptPoles(partial: number): void {
    const sign = partial >> 15
    const alike1 = sign === this.#partial1 >> 15
    const alike2 = sign === this.#partial2 >> 15
    const four = saturate(this.#a1 * 4)
    const pull = alike1 ? Math.min(-four, 32_767) : four
    const a2 = (alike2 ? 128 : -128) + (pull >> 7) + ((this.#a2 * 32_512) >> 15)
    this.#a2 = a2 > 12_288 ? 12_288 : a2 < -12_288 ? -12_288 : a2
    const a1 = saturate((alike1 ? 192 : -192) + ((this.#a1 * 32_640) >> 15))
    const most = 15_360 - this.#a2
    this.#a1 = a1 > most ? most : a1 < -most ? -most : a1
  }

  /** UPZERO, the shift of DELAYA, FILTEZ. */
  #adaptZeros(difference: number): void {
    const differences = this.#differences
    const b = this.#b
    const sign = difference >> 15
    const pull = difference === 0 ? 0 : 128
    let newer = difference
    let sum = 0
    for (let i = 0; i < zeros; i += 1) {
      const older = differences[i] ?? 0
      const coefficient = saturate((older >> 15 === sign ? pull : -pull) + (((b[i] ?? 0) * 32_640) >> 15))
      b[i] = coefficient
      sum += (coefficient * saturate(2 * newer)) >> 15
      differences[i] = newer
      newer = older
    }
    this.#zeroPart = saturate(sum)
  }
}

/** Lower sub-band: 6 bits. */
export function lowerBand(): SubBand {
  return new SubBand(32)
}

/** Upper sub-band: 2 bits. */
export function upperBand(): SubBand {
  return new SubBand(8)
}

export const lowerScale = { most: 18_432, exponent: 8 }
export const upperScale = { most: 22_528, exponent: 10 }
