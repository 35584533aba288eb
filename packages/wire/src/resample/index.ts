export { doubler, halver, type Resampler } from './half-band.ts'
export { windowedSinc } from './kaiser.ts'
export { thirder, tripler } from './third-band.ts'
export { bandJoiner, bandSplitter, type BandJoiner, type BandSplitter } from './wide-band.ts'
