export * from './contract.ts'
export {
  createEngine,
  defaultTypes,
  languages,
  type Engine,
  type EngineOptions,
  type FindOptions,
} from './engine.ts'
export { cardBrand, cardBrands, cardSchemes, type CardBrand, type CardScheme } from './card-brand.ts'
export { luhn } from './checksums.ts'
export { mostPatterns, PiiError, type CustomPattern } from './custom.ts'
export { placeholderOf, type Placeholder, type Redacted } from './redact.ts'
export { fold, scan, type Scan } from './scan.ts'
export type { SessionOptions } from './session.ts'
export { nameRecognisers } from './names/index.ts'
