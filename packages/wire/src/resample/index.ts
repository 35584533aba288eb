export { doubler, halver, type Resampler } from './half-band.ts'
